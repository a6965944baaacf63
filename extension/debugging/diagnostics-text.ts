/** What a bug report needs; gathered only when the user asks for it, and sent nowhere. */
export interface DiagnosticsParts {
  readonly extension: string;
  readonly editor: string;
  readonly system: string;
  readonly node: string;
  readonly session?: {
    readonly name: string;
    readonly configuration: Readonly<Record<string, unknown>>;
    readonly state: string;
    readonly stages: string;
    readonly stops: readonly string[];
    readonly serial: readonly string[];
  };
  readonly notes: readonly string[];
}

const secret = /pass|secret|token|key|credential/i;
/** Words whose next one is a secret of QEMU's command line: `-object secret,…`, `-vnc …,password=…`. */
const secretWord = /(?<=\b(?:password|passwd|secret|token|data)=)[^,\s]+/gi;

/** A configuration without what may be secret: values of `env`, and what QEMU's options call a password. Home folders are shortened. */
export function redacted(value: unknown, home: string, name = ''): unknown {
  if (typeof value === 'string') return secret.test(name) ? '…' : (home === '' ? value : value.replaceAll(home, '~')).replace(secretWord, '…');
  if (Array.isArray(value)) return value.map((one) => redacted(one, home, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, name === 'env' ? '…' : redacted(one, home, key)]));
}

const block = (language: string, lines: readonly string[]): string[] => {
  // A fence longer than any run of backticks in it, so that guest text stays inside (CommonMark 4.5).
  const fence = '`'.repeat(Math.max(3, 1 + Math.max(0, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)))));
  return [`${fence}${language}`, ...lines, fence];
};

/** The report as Markdown. */
export function diagnosticsText(parts: DiagnosticsParts, home: string): string {
  const { session } = parts;
  const lines = ['### Bootscope diagnostics', '', `- Bootscope ${parts.extension}`, `- ${parts.editor}`, `- ${parts.system}`, `- Node ${parts.node}`, ...parts.notes.map((note) => `- ${note}`)];
  if (session) {
    lines.push('', `Session: ${session.state}`, ...block('json', JSON.stringify(redacted(session.configuration, home), undefined, 2).split('\n')), `Stages: ${session.stages}`);
    if (session.stops.length > 0) lines.push('', 'Last stops:', ...block('text', session.stops));
    if (session.serial.length > 0) lines.push('', 'Last lines of the serial console:', ...block('text', session.serial));
  } else lines.push('', 'No session was started in this window.');
  return `${lines.join('\n')}\n`;
}
