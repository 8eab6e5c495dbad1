import { z } from 'zod';

const RESOURCE = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });

/** What is needed of a template. */
export const TEMPLATE = z.object({
  Resources: z.record(z.string(), RESOURCE),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});
export type StackTemplate = z.infer<typeof TEMPLATE>;
export type StackResource = z.infer<typeof RESOURCE>;

/** The functions that the server's user data is made of; any other is an error. */
const INTRINSIC = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({
    'Fn::GetStackOutput': z.object({ StackName: z.string(), OutputName: z.string(), Region: z.string() }),
  }),
]);

export interface StackValuesProps {
  /** Templates by the name of their stack. */
  readonly stacks: ReadonlyMap<string, StackTemplate>;
  /** Values of `AWS::Region` and the like. */
  readonly pseudoParameters: Readonly<Record<string, string>>;
  /** Creates a resource and returns what `Ref` gives for it. Called once for each. */
  readonly create: (name: string, resource: StackResource, values: StackValues) => Promise<string>;
  /** Attributes by the type of their resource. */
  readonly attributes: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Follows the references of templates as CloudFormation does, and creates what they lead to. */
export class StackValues {
  private readonly props: StackValuesProps;
  private readonly created = new Map<string, string>();

  constructor(props: StackValuesProps) {
    this.props = props;
  }

  /** The text of a value in a template. */
  async resolve(stack: string, value: unknown): Promise<string> {
    if (typeof value === 'string') return value;
    const intrinsic = INTRINSIC.parse(value);
    if ('Ref' in intrinsic) return this.reference(stack, intrinsic.Ref);
    if ('Fn::GetAtt' in intrinsic) return this.attribute(stack, ...intrinsic['Fn::GetAtt']);
    if ('Fn::Sub' in intrinsic) return this.substitute(intrinsic['Fn::Sub']);
    if ('Fn::Join' in intrinsic) {
      const [separator, parts] = intrinsic['Fn::Join'];
      const texts: string[] = [];
      for (const part of parts) texts.push(await this.resolve(stack, part));
      return texts.join(separator);
    }
    const { StackName, OutputName } = intrinsic['Fn::GetStackOutput'];
    return this.resolve(StackName, this.template(StackName).Outputs[OutputName]?.Value);
  }

  /** What `Ref` gives for a logical id or a pseudo parameter. */
  async reference(stack: string, id: string): Promise<string> {
    if (id === 'AWS::StackName') return stack;
    if (id.startsWith('AWS::')) return this.substitute(`\${${id}}`);
    const name = `${stack}-${id}`;
    const known = this.created.get(name);
    if (known !== undefined) return known;
    const created = await this.props.create(name, this.resource(stack, id), this);
    this.created.set(name, created);
    return created;
  }

  /** What `Ref` gives for the only resource of a type whose logical id begins so. */
  async referenceTo(type: string, prefix: string): Promise<string> {
    for (const [stack, { Resources }] of this.props.stacks) {
      const id = Object.keys(Resources).find(
        (key) => key.startsWith(prefix) && Resources[key]?.Type === type,
      );
      if (id !== undefined) return this.reference(stack, id);
    }
    throw new Error(`no stack has a ${type} whose logical id begins with ${prefix}`);
  }

  /** Fills in pseudo parameters, such as `${AWS::Region}`. */
  substitute(text: string): string {
    return text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      const value = this.props.pseudoParameters[name];
      if (value === undefined) throw new Error(`the test has no value for ${name}`);
      return value;
    });
  }

  private attribute(stack: string, id: string, attribute: string): string {
    const { Type } = this.resource(stack, id);
    const value = this.props.attributes[Type]?.[attribute];
    if (value === undefined) throw new Error(`the test has no ${attribute} of ${Type} (${stack}/${id})`);
    return value;
  }

  private resource(stack: string, id: string): StackResource {
    const resource = this.template(stack).Resources[id];
    if (!resource) throw new Error(`stack ${stack} has no resource ${id}`);
    return resource;
  }

  private template(stack: string): StackTemplate {
    const template = this.props.stacks.get(stack);
    if (!template) throw new Error(`there is no stack ${stack}`);
    return template;
  }
}
