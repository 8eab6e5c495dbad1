import { Aws, aws_ec2 as ec2, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { readFileSync } from 'node:fs';

/** EC2 refuses user data above this many bytes, before base64, and the CDK does not look. */
const LIMIT_BYTES = 16_384;

/** What an unresolved value may take once deployed: the longest are ARNs, at about 120 characters. */
const BYTES_PER_TOKEN = 150;

export interface ServerUserDataProps {
  /** Where the bundle is, over https. */
  readonly bundleUrl: string;
  /** Hexadecimal SHA-256 of the bundle. */
  readonly bundleSha256: string;
  /** Logical id of the Auto Scaling group, which waits for the signal. */
  readonly groupLogicalId: string;
  /** Name of the parameter with the names and ARNs that exist only once deployed. */
  readonly settingsParameter: string;
}

/**
 * The first thing that a new server runs: fetches settings and bundle with the instance's role, checks the bundle's
 * hash, provisions the host with it and tells CloudFormation how that ended.
 *
 * The hash is part of the text, so that any change of the host's files launches a new server.
 *
 * Synthesis fails when the text is more than EC2 takes.
 */
export function serverUserData(scope: Construct, props: ServerUserDataProps): ec2.UserData {
  const lines = [
    '#!/bin/bash',
    `REGION=${Aws.REGION}`,
    `SUFFIX=${Aws.URL_SUFFIX}`,
    `STACK=${Aws.STACK_NAME}`,
    `GROUP=${props.groupLogicalId}`,
    `PARAMETER=${props.settingsParameter}`,
    `BUNDLE=${props.bundleUrl}`,
    `SHA256=${props.bundleSha256}`,
    script(),
  ];
  const userData = ec2.UserData.custom(lines.join('\n'));
  scope.node.addValidation({ validate: () => sizeProblems(Stack.of(scope).resolve(userData.render())) });
  return userData;
}

/**
 * What is wrong with the size of a user data text.
 *
 * @param resolved - the text as the template has it: plain, or joined from literals and references. For each value that
 *   only the deployment knows, {@link BYTES_PER_TOKEN} is assumed.
 */
export function sizeProblems(resolved: unknown): string[] {
  const bytes = deployedBytes(resolved);
  if (bytes <= LIMIT_BYTES) return [];
  return [
    `user data takes about ${bytes} bytes, EC2 allows ${LIMIT_BYTES}; move what grew into the bundle of the host`,
  ];
}

/** Bytes of a resolved string, which is plain or joined from literals and references. */
export function deployedBytes(resolved: unknown): number {
  if (typeof resolved === 'string') return Buffer.byteLength(resolved);
  if (isJoin(resolved))
    return resolved['Fn::Join'][1].reduce<number>((sum, part) => sum + deployedBytes(part), 0);
  return BYTES_PER_TOKEN;
}

function isJoin(value: unknown): value is { 'Fn::Join': [string, unknown[]] } {
  return typeof value === 'object' && value !== null && 'Fn::Join' in value;
}

/** The script without its comments, which would only be paid for. */
function script(): string {
  const text = readFileSync(new URL('./files/bootstrap.sh', import.meta.url), 'utf8');
  return text.replaceAll(/^(#.*)?\n/gm, '');
}
