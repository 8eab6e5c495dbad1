import { spawnSync } from 'node:child_process';

/** What the detection engine says of a text. */
export interface Findings {
  readonly sqlInjection: boolean;
  readonly scripting: boolean;
}

// ModSecurity's library exports the engine that is built into it.
const PROGRAM = `
import base64, ctypes, json, sys
for name in ('libmodsecurity.so.3', 'libmodsecurity.dylib', '/opt/homebrew/lib/libmodsecurity.dylib'):
    try:
        library = ctypes.CDLL(name)
        break
    except OSError:
        pass
else:
    sys.exit('libmodsecurity is missing')
library.libinjection_sqli.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
library.libinjection_xss.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
fingerprint = ctypes.create_string_buffer(16)
for text in map(base64.b64decode, json.load(sys.stdin)):
    print(library.libinjection_sqli(text, len(text), fingerprint), library.libinjection_xss(text, len(text)))
`;

const known = new Map<string, Findings>();

/** Judges many texts by one call of the engine; {@link findingsOf} then answers for each. */
export function inspect(texts: Iterable<string>): void {
  const unknown = [...new Set(texts)].filter((text) => !known.has(text));
  if (unknown.length === 0) return;
  const { status, stdout, stderr } = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify(unknown.map((text) => Buffer.from(text).toString('base64'))),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`libinjection does not run: ${stderr}`);
  const answers = stdout.trimEnd().split('\n');
  for (const [index, text] of unknown.entries()) {
    const [sqlInjection, scripting] = answers[index]?.split(' ') ?? [];
    known.set(text, { sqlInjection: sqlInjection === '1', scripting: scripting === '1' });
  }
}

/**
 * What libinjection finds in a text. AWS does not publish the engine behind its rules on SQL injection and scripting;
 * this is the one that other firewalls use, and it is the stricter: it knows no sensitivity.
 */
export function findingsOf(text: string): Findings {
  const findings = known.get(text);
  if (findings) return findings;
  inspect([text]);
  return findingsOf(text);
}
