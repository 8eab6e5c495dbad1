import { aws_logs as logs } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { SessionDocument } from '../../../constructs/odoo-server/session-document.ts';
import { testStack } from '../../support/stack.ts';

const stack = testStack();
const logGroup = new logs.LogGroup(stack, 'Logs');
const { documentName } = new SessionDocument(stack, 'Session', { environmentName: 'aws-prod', logGroup });
const template = Template.fromStack(stack);

it('logs a session as it happens, and only into an encrypted log group', () => {
  template.hasResourceProperties('AWS::SSM::Document', {
    DocumentType: 'Session',
    Content: {
      schemaVersion: '1.0',
      sessionType: 'Standard_Stream',
      inputs: {
        cloudWatchLogGroupName: stack.resolve(logGroup.logGroupName),
        cloudWatchEncryptionEnabled: true,
        cloudWatchStreamingEnabled: true,
      },
    },
  });
});

it("does not touch the account's own preferences, which exist once", () => {
  template.hasResourceProperties('AWS::SSM::Document', { Name: documentName });
  expect(documentName).not.toBe('SSM-SessionManagerRunShell');
});

it('has a name that AWS accepts whatever the environment is called, and gets new versions under it', () => {
  expect(documentName).toMatch(/^[a-zA-Z0-9_.-]{3,128}$/);
  expect(documentName).not.toMatch(/^(aws|amazon|amzn)/i);
  template.hasResourceProperties('AWS::SSM::Document', { UpdateMethod: 'NewVersion' });
});
