import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attachmentsOf, TwoEnvironments } from './staging/two-environments.ts';

let environments: TwoEnvironments;
const attachments = attachmentsOf(300);

beforeAll(async () => {
  environments = await TwoEnvironments.start(5000);
  environments.setAttachments(attachments);
});
afterAll(() => environments?.stop());
beforeEach(async () => {
  await environments.resetStaging();
  environments.putInFilestore(attachments);
});

it('works', async () => {
  const run = await environments.receive();
  console.log(run.output);
  expect(run.code).toBe(0);
});
