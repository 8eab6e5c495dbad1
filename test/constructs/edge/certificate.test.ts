import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Domain } from '../../../config/environment.ts';
import { OdooCertificate } from '../../../constructs/edge/certificate.ts';
import { testStack } from '../../support/stack.ts';

const hostedZone = { id: 'Z0123456789', name: 'example.com' };
const certificateArn =
  'arn:aws:acm:eu-central-1:111122223333:certificate/11111111-2222-3333-4444-555555555555';

describe('certificate', () => {
  it('is issued for the domain and validated in its hosted zone', () => {
    const { template } = certificateFor({ name: 'erp.example.com', hostedZone });
    template.hasResourceProperties('AWS::CertificateManager::Certificate', {
      DomainName: 'erp.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'erp.example.com', HostedZoneId: 'Z0123456789' }],
    });
  });

  it('is the given one where there is one, also beside a hosted zone', () => {
    const { template, certificate } = certificateFor({ name: 'erp.example.com', hostedZone, certificateArn });
    expect(certificate.certificateArn).toBe(certificateArn);
    template.resourceCountIs('AWS::CertificateManager::Certificate', 0);
  });

  it('fails when nobody could validate it, and says what to set', () => {
    expect(() => certificateFor({ name: 'erp.example.com' })).toThrow(
      /erp\.example\.com .* set domain\.hostedZone .* or domain\.certificateArn/,
    );
  });
});

function certificateFor(domain: Domain) {
  const stack = testStack();
  const { certificate } = new OdooCertificate(stack, 'Certificate', { domain });
  return { certificate, template: Template.fromStack(stack) };
}
