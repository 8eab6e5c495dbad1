import { expect, it } from 'vitest';
import { templateDifference } from '../../../lib/doctor/template-difference.ts';

const template = (resources: object, more = {}) => ({ Resources: resources, ...more });
const BUCKET = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'a', Tags: [{ Key: 'k', Value: 'v' }] } };

const named = (name: string) => template({ B: { ...BUCKET, Properties: { BucketName: name } } });

function differences(deployed: object, synthesized: object): readonly string[] {
  return templateDifference(JSON.stringify(deployed), synthesized);
}

it('finds nothing between a template and itself, in whatever order its keys are', () => {
  const turned = {
    Properties: { Tags: [{ Value: 'v', Key: 'k' }], BucketName: 'a' },
    Type: 'AWS::S3::Bucket',
  };
  expect(differences(template({ B: BUCKET }), template({ B: turned }))).toEqual([]);
});

it('takes the question marks of CloudFormation for the characters that they stand for', () => {
  expect(differences(named('Gr??e'), named('Größe'))).toEqual([]);
  expect(differences(named('Gr?e'), named('Größe'))).toEqual([
    'B (AWS::S3::Bucket) would change: BucketName',
  ]);
});

it('reads over what the command line of the CDK notes, and over nothing else', () => {
  const noted = (notes: object) => template({ B: { ...BUCKET, Metadata: notes } });
  const notes = { 'aws:cdk:path': 'prod-Data/B', 'aws:asset:path': 'asset.1' };
  expect(differences(noted(notes), template({ B: BUCKET }))).toEqual([]);
  const init = { 'AWS::CloudFormation::Init': { config: {} } };
  expect(differences(noted(notes), noted(init))).toEqual(['B (AWS::S3::Bucket) would change: Metadata']);
});

it('names what would be made, removed and changed, and which properties', () => {
  const changed = { ...BUCKET, DeletionPolicy: 'Retain', Properties: { BucketName: 'b', Tags: [] } };
  expect(differences(template({ B: BUCKET, Old: BUCKET }), template({ B: changed, New: BUCKET }))).toEqual([
    'B (AWS::S3::Bucket) would change: BucketName, Tags, DeletionPolicy',
    'New (AWS::S3::Bucket) would be made',
    'Old (AWS::S3::Bucket) would be removed',
  ]);
});

it('names sections beside the resources', () => {
  expect(
    differences(template({ B: BUCKET }), template({ B: BUCKET }, { Outputs: { A: { Value: 1 } } })),
  ).toEqual(['Outputs would change']);
});

it('refuses what is no template of the CDK', () => {
  expect(() => templateDifference('Resources:\n  B: {}', template({}))).toThrow();
});
