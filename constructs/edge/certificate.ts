import { aws_certificatemanager as acm, aws_route53 as route53 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Domain } from '../../config/environment.ts';

export interface OdooCertificateProps {
  readonly domain: Domain;
}

/**
 * The certificate that the load balancer presents for the domain: the given one, or one that ACM issues and renews
 * through records in the hosted zone.
 *
 * ACM validates by itself only in a zone of the same account. Anywhere else the deployment would wait up to 72 hours
 * for a record that nobody makes, so without a zone a finished certificate is required.
 *
 * @throws if the domain has neither a certificate nor a hosted zone
 */
export class OdooCertificate extends Construct {
  readonly certificate: acm.ICertificate;

  constructor(scope: Construct, id: string, props: OdooCertificateProps) {
    super(scope, id);
    this.certificate = this.certificateOf(props.domain);
  }

  private certificateOf({ name, certificateArn, hostedZone }: Domain): acm.ICertificate {
    if (certificateArn !== undefined) {
      return acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    }
    if (hostedZone === undefined) {
      throw new Error(
        `the domain ${name} has neither a hosted zone nor a certificate: set domain.hostedZone (a public zone of ` +
          'this account) or domain.certificateArn (an issued ACM certificate in the Region of the environment)',
      );
    }
    const zone = route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
      hostedZoneId: hostedZone.id,
      zoneName: hostedZone.name,
    });
    return new acm.Certificate(this, 'Certificate', {
      domainName: name,
      validation: acm.CertificateValidation.fromDns(zone),
    });
  }
}
