/**
 * The value of an expression of CloudWatch's metric math for one period. Of its functions IF and FILL alone, and FILL with a
 * number; a metric without data makes nothing of everything that needs it.
 *
 * @throws if the expression has anything else.
 */
export function metricMath(
  expression: string,
  metrics: Readonly<Record<string, number | undefined>>,
): number | undefined {
  const tokens = expression.match(/[A-Za-z]\w*|\d+(?:\.\d+)?|[-+*/(),>]/g) ?? [];
  if (tokens.join('') !== expression.replaceAll(' ', '')) throw new Error(`not understood: ${expression}`);
  let at = 0;

  const take = (token: string): void => {
    if (tokens[at] !== token) throw new Error(`expected ${token} before ${tokens.slice(at).join(' ')}`);
    at += 1;
  };
  const chain = (next: () => Value, operators: Readonly<Record<string, Operator>>): Value => {
    let value = next();
    for (let operator = operators[tokens[at] ?? '']; operator; operator = operators[tokens[at] ?? '']) {
      at += 1;
      const right = next();
      value = value === undefined || right === undefined ? undefined : operator(value, right);
    }
    return value;
  };
  const comparison = (): Value => chain(sum, { '>': (a, b) => Number(a > b) });
  const sum = (): Value => chain(product, { '+': (a, b) => a + b, '-': (a, b) => a - b });
  const product = (): Value => chain(single, { '*': (a, b) => a * b, '/': (a, b) => a / b });
  const single = (): Value => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '(') {
      const value = comparison();
      take(')');
      return value;
    }
    if (token === 'IF' || token === 'FILL') return call(token);
    if (/^\d/.test(token)) return Number(token);
    if (!(token in metrics)) throw new Error(`no metric ${token} in ${expression}`);
    return metrics[token];
  };
  const call = (name: 'IF' | 'FILL'): Value => {
    take('(');
    const values = [comparison()];
    while (tokens[at] === ',') {
      at += 1;
      values.push(comparison());
    }
    take(')');
    if (values.length !== (name === 'IF' ? 3 : 2)) throw new Error(`${name} in ${expression}`);
    const [first, second, third] = values;
    if (name === 'FILL') return first ?? second;
    return first === undefined ? undefined : first ? second : third;
  };

  const value = comparison();
  if (at < tokens.length) throw new Error(`nothing may follow ${tokens[at - 1]} in ${expression}`);
  return value;
}

type Value = number | undefined;
type Operator = (left: number, right: number) => number;
