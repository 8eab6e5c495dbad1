import type { Volume } from '../volume.ts';
import { type Answer, type Call, failure, type Responder } from './endpoint.ts';

const NAMESPACE = 'http://ec2.amazonaws.com/doc/2016-11-15/';

export interface Ec2Props {
  /** The data volume, which may be another one by now. */
  readonly volume: () => Volume;
  /** Makes the device appear in an instance. */
  readonly plugIn: (instance: string) => Promise<void>;
}

/** What a server asks of EC2: its volume, which one instance has at a time, and its address. */
export function ec2(props: Ec2Props): Responder {
  return async (call) => {
    if (call.action === 'AttachVolume') return attach(call, props);
    if (call.action === 'AssociateAddress') {
      return success(call, '<return>true</return><associationId>eipassoc-0123456789abcdef0</associationId>');
    }
    return failure(call, 'InvalidAction', 400, `the test has no ${call.action}`);
  };
}

/** CloudFormation takes the signal of a server. */
export const cloudFormation: Responder = () => ({
  status: 200,
  type: 'text/xml',
  body: '<SignalResourceResponse/>',
});

async function attach(call: Call, { volume: current, plugIn }: Ec2Props): Promise<Answer> {
  const volume = current();
  const instance = String(call.parameters['InstanceId']);
  if (volume.holder !== undefined) {
    return failure(call, 'VolumeInUse', 400, `the volume is already attached to ${volume.holder}`);
  }
  volume.holder = instance;
  await plugIn(instance);
  return success(call, '<status>attaching</status>');
}

function success({ action }: Call, body: string): Answer {
  return {
    status: 200,
    type: 'text/xml',
    body: `<${action}Response xmlns="${NAMESPACE}">${body}</${action}Response>`,
  };
}
