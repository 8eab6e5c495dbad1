import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type IApplyRule } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PACK = 'AwsSolutions';

/** One policy finding on one resource. */
export interface Finding {
  /** Exact id, as `acknowledge` takes it, for example `AwsSolutions-IAM5[Resource::*]`. */
  readonly id: string;
  /** Path of the resource in the construct tree. */
  readonly path: string;
  /**
   * False where the rule threw instead of judging, usually on an intrinsic function: neither pass nor defect, to be
   * looked at. The report of cdk-nag shows such a finding under the text of another one of the same rule.
   */
  readonly evaluated: boolean;
  /** Reason given for accepting it. Absent: the finding is open and fails the synthesis. */
  readonly acknowledged?: string;
}

/**
 * Runs the AwsSolutions pack the way the synthesis does, on the whole app that the construct belongs to.
 *
 * From then on the app has the pack on board: build and check it once, and take templates from another app.
 */
export function findingsOf(construct: IConstruct): Finding[] {
  const app = appOf(construct);
  const checks = new WatchedChecks();
  Validations.of(app).addPlugins(checks);
  return findingsIn(reportOf(app), checks);
}

/** Open findings as `id at path`, so that `toEqual([])` prints what is wrong. */
export function openFindings(construct: IConstruct): string[] {
  return findingsOf(construct)
    .filter((finding) => finding.acknowledged === undefined)
    .map(({ id, path, evaluated }) => `${id} at ${path}${evaluated ? '' : ' (rule could not be evaluated)'}`);
}

/**
 * Acknowledgments that match none of the findings, as `id at path`. They excuse nothing today and would hide a real
 * defect tomorrow.
 */
export function idleAcknowledgments(
  construct: IConstruct,
  findings: readonly Finding[] = findingsOf(construct),
): string[] {
  return appOf(construct)
    .node.findAll()
    .flatMap((owner) =>
      acknowledgedIds(owner)
        .filter((id) => !findings.some((finding) => finding.id === id && isWithin(finding.path, owner)))
        .map((id) => `${id} at ${owner.node.path}`),
    );
}

/** Remembers on which resources a rule threw, which the pack's own report loses. */
class WatchedChecks extends AwsSolutionsChecks {
  readonly unevaluated = new Set<string>();

  protected override applyRule(params: IApplyRule): void {
    super.applyRule({ ...params, rule: this.watched(params) });
  }

  private watched(params: IApplyRule): IApplyRule['rule'] {
    const suffix = params.ruleSuffixOverride ?? params.rule.name;
    const rule: IApplyRule['rule'] = (node) => {
      try {
        return params.rule(node);
      } catch (error) {
        this.unevaluated.add(`${PACK}-${suffix} ${node.node.path}`);
        throw error;
      }
    };
    // The pack names its findings after the function.
    return Object.defineProperty(rule, 'name', { value: suffix });
  }
}

interface ReportedViolation {
  readonly ruleName: string;
  readonly reason?: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

interface Report {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly metadata?: { readonly error?: string };
    readonly violations: readonly ReportedViolation[];
    readonly suppressedViolations?: readonly ReportedViolation[];
  }[];
}

function reportOf(app: App): Report {
  const file = join(app.outdir, 'validation-report.json');
  rmSync(file, { force: true });
  try {
    app.synth({ force: true });
  } catch (error) {
    // Open findings fail the synthesis after the report is written; any other error comes before.
    if (!existsSync(file)) throw error;
  }
  const report: Report = JSON.parse(readFileSync(file, 'utf8'));
  return report;
}

function findingsIn(report: Report, checks: WatchedChecks): Finding[] {
  const ours = report.pluginReports.filter((plugin) => plugin.pluginName === PACK);
  const crash = ours.find((plugin) => plugin.metadata?.error !== undefined);
  if (crash) throw new Error(`the pack failed: ${crash.metadata?.error}`);
  return ours
    .flatMap((plugin) => [...plugin.violations, ...(plugin.suppressedViolations ?? [])])
    .flatMap(({ ruleName, reason, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => ({
        id: ruleName,
        path: constructPath,
        evaluated: !checks.unevaluated.has(`${ruleName} ${constructPath}`),
        ...(reason === undefined ? {} : { acknowledged: reason }),
      })),
    );
}

function acknowledgedIds(construct: IConstruct): string[] {
  return construct.node.metadata
    .filter((entry) => entry.type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap((entry) => Object.keys(entry.data))
    .filter((id) => id.startsWith(`${PACK}::`))
    .map((id) => id.slice(PACK.length + 2));
}

function isWithin(path: string, owner: IConstruct): boolean {
  return path === owner.node.path || path.startsWith(`${owner.node.path}/`);
}

function appOf(construct: IConstruct): App {
  const root = construct.node.root;
  if (!App.isApp(root)) throw new Error(`${construct.node.path} is not part of an app`);
  return root;
}
