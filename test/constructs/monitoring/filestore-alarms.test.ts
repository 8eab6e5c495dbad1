import { Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { stackWith, addFilestoreAlarms } from './alarm-stacks.ts';

describe('filestore alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addFilestoreAlarms(stack, topic)));

  it.each([
    ['critical', 'filestore-export-failures', 'ExportFailures'],
    ['critical', 'filestore-import-failures', 'ImportFailures'],
    ['warning', 'filestore-lost-and-found', 'LostAndFoundFiles'],
  ])('ring at the first file: %s %s', (severity, name, metric) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-${severity}-${name}`,
      Namespace: 'AWS/S3/Files',
      MetricName: metric,
      Dimensions: [{ Name: 'FileSystemId', Value: 'fs-0123456789abcdef0' }],
      Statistic: 'Sum',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring when attachments wait half an hour for the bucket', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-filestore-export-age',
      MetricName: 'ExportAge',
      Statistic: 'Maximum',
      Threshold: 1800,
      TreatMissingData: 'notBreaching',
    });
  });
});
