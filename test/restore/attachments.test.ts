import { afterAll, beforeAll, expect, it } from 'vitest';
import { measureValidation, packProgram, removeProgram } from '../bench/measure-validation.ts';
import {
  NOT_BEGUN,
  validate,
  type Validation,
} from '../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import {
  attachment,
  BUCKET,
  NOW,
  PREFIX,
  RestoredCompany,
  type RestoredWithFiles,
} from './restored-company.ts';

// With LARGE=1 in the environment as many as docs/benchmarks.md tells of; more than a page of everything otherwise.
const COUNT = process.env['LARGE'] === '1' ? 100_000 : 5_000;

/** As in an environment; to read all of 100,000 from the stand-in takes longer than to find out about the rest. */
const READ_AT_MOST = 5_000;

let company: RestoredCompany;
beforeAll(async () => {
  company = await RestoredCompany.start(COUNT);
}, 600_000);
afterAll(() => company?.stop());

const key = (number: number) => `${PREFIX}${attachment(number).name}`;

it('goes on where an invocation had no more time, with the same result', async () => {
  const restored = restoredWithSample();
  company.store.forget(BUCKET, key(3));
  company.store.put(BUCKET, key(4), { content: 'cut' });
  const whole = await validate(restored, NOT_BEGUN, { now: NOW, late: () => false });

  let validation: Validation = NOT_BEGUN;
  let invocations = 0;
  while (!validation.done) {
    let batches = 0;
    // What Step Functions hands on is text.
    const before: Validation = JSON.parse(JSON.stringify(validation));
    validation = await validate(restored, before, { now: NOW, late: () => batches++ >= 1 });
    invocations++;
  }
  expect(invocations).toBe(Math.floor(COUNT / 2000) + 1);
  expect(validation.findings).toEqual(whole.findings);
  expect(validation.attachments).toMatchObject({ checked: COUNT, faults: whole.attachments?.faults });
  expect(whole.findings.filter(({ passed }) => !passed)).toHaveLength(1);
}, 600_000);

it('takes what was deleted since the recovery point for what can be brought back', async () => {
  const restored = restoredWithSample();
  company.store.delete(BUCKET, key(5), new Date(NOW.getTime() - 60_000));
  const { findings } = await validate(restored, NOT_BEGUN, { now: NOW, late: () => false });
  expect(findings.at(-1)).toEqual({
    check: 'attachments',
    passed: true,
    details: expect.stringMatching(/1 were deleted since the recovery point and can be brought back$/),
  });
}, 600_000);

it('reads a sample, another one in each test', async () => {
  const restored = company.restore();
  const some = { ...restored, filestore: { ...restored.filestore, readAtMost: COUNT / 20 } };
  const damaged = (id: string) =>
    validate({ ...some, id }, NOT_BEGUN, { now: NOW, late: () => false }).then(
      ({ attachments }) => attachments?.read,
    );
  const [one, other] = [await damaged('monday'), await damaged('tuesday')];
  for (const read of [one, other]) {
    expect(read).toBeGreaterThan(COUNT * 0.03);
    expect(read).toBeLessThan(COUNT * 0.07);
  }
  expect(await damaged('monday')).toBe(one);
}, 600_000);

// What is in memory at once needs 24; with all 100,000 it would be more than 32.
it.skipIf(COUNT < 100_000)(
  'needs no more memory for many attachments than for a few',
  async () => {
    await packProgram();
    try {
      const alone = { attachments: COUNT, readAtMost: 1000, answerMs: 0, heapMiB: 32 };
      expect(await measureValidation(company, alone)).toMatchObject({ checked: COUNT, faults: 0 });
    } finally {
      removeProgram();
    }
  },
  600_000,
);

function restoredWithSample(): RestoredWithFiles {
  const restored = company.restore();
  return { ...restored, filestore: { ...restored.filestore, readAtMost: READ_AT_MOST } };
}
