import { expandValue, knownVariable, malformedMessage, type MalformedReason } from '../../../boot/languages/loader-conf';
import { finding, onLine, type Fix } from '../../findings';
import { atValue, counts, related, settings, type Check } from './check';

/** Lines the loader refuses, with what it prints. */
export const malformedLines: Check = ({ path, conf }) => {
  const found = [];
  for (const line of conf.lines) {
    if (line.verdict.kind !== 'malformed' || !line.reached) continue;
    const { reason, span } = line.verdict;
    found.push(finding(path, onLine(line.index, span.start, span.end), 'error', 'loader-conf/malformed-line', malformedMessage(line, conf.rules), { fixes: fixesOf(reason, line.index, line.text, span) }));
  }
  return found;
};

function fixesOf(reason: MalformedReason, index: number, text: string, span: { start: number; end: number }): Fix[] {
  const replace = (title: string, start: number, end: number, by: string): Fix => ({ title, changes: [{ range: onLine(index, start, end), text: by }] });
  const value = text.slice(span.start, span.end);
  switch (reason) {
    case 'unquoted-value': {
      const bare = value.replace(/[ \t]+#.*$/, '').trimEnd();
      return bare.includes('"') ? [] : [replace(`Put quotes around ${bare}`, span.start, span.start + bare.length, `"${bare}"`)];
    }
    case 'single-quotes': {
      const inner = /^'([^'"]*)'/.exec(value);
      return inner === null ? [] : [replace('Use double quotes', span.start, span.start + inner[0].length, `"${inner[1] ?? ''}"`)];
    }
    case 'missing-value':
      return [replace('Write an empty value', span.start, span.start, '""')];
    case 'unclosed-quote':
      return value.includes('#') ? [] : [replace('Close the quote', span.end, span.end, '"')];
    case 'shell-word': {
      const word = /^\w+[ \t]+/.exec(text.slice(span.start))?.[0];
      return word === undefined ? [] : [replace(`Remove ${word.trim()}`, span.start, span.start + word.length, '')];
    }
    case 'carriage-return':
      return [replace('Remove the carriage return', span.start, span.end, '')];
    default:
      return [];
  }
}

/** Values that processEnvVar refuses: the line is accepted, the variable keeps what it had. */
export const refusedValues: Check = (project) =>
  settings(project).flatMap((line) => {
    if (line.setting.field !== undefined) return [];
    const { failure } = expandValue(line.setting.raw, project.conf.rules);
    return failure === undefined ? [] : [atValue(project, line, 'error', 'refused-value', `${line.setting.name} is not set. The loader prints: Failed to parse variable '${line.setting.name}': ${failure}`)];
  });

/** `exec=word` sets a variable, and module fields are taken literally. */
export const literalValues: Check = (project) =>
  settings(project).flatMap((line) => {
    const { setting } = line;
    if (setting.name === 'exec' && project.conf.rules !== 'forth')
      return [
        atValue(project, line, 'warning', 'exec-not-run', 'Without quotes this runs nothing: it sets a variable called exec.', {
          fixes: [{ title: 'Put quotes around the command', changes: [{ range: onLine(line.index, setting.valueSpan.start, setting.valueSpan.end), text: `"${setting.raw}"` }] }],
        }),
      ];
    if (setting.field !== undefined && (setting.field.key === 'name' || setting.field.key === 'type') && /\$(\{\w|\w)/.test(setting.raw) && project.conf.rules !== 'forth')
      return [atValue(project, line, 'warning', 'not-expanded', `The loader does not expand variables in ${setting.name}: it will look for a file or type of exactly this text.`)];
    return [];
  });

/** Lines that a later one replaces; only shown greyed out. */
export const overridden: Check = (project) =>
  settings(project).flatMap((line) => {
    if (counts(project, line)) return [];
    const last = project.state.variables.get(line.setting.name);
    if (last === undefined || project.inImage.endsWith('/defaults/loader.conf')) return [];
    // What is read in between may change: files named by this very variable, and commands.
    if (line.setting.name === 'loader_conf_files') return [];
    return [
      finding(project.path, onLine(line.index, line.setting.nameSpan.start, line.setting.valueSpan.end + (line.setting.quoted ? 1 : 0)), 'hint', 'loader-conf/overridden', `A later assignment replaces this one: ${line.setting.name}="${last.value}"`, {
        unnecessary: true,
        related: [related(project, last, 'This one counts')],
      }),
    ];
  });

/** Values of known variables that their reader cannot use. */
export const numberValues: Check = (project) =>
  settings(project).flatMap((line) => {
    const known = knownVariable(line.setting.name);
    if (known === undefined || known.name.includes('*') || line.setting.field !== undefined || !counts(project, line)) return [];
    const value = project.state.variables.get(line.setting.name)?.value ?? line.setting.raw;
    if (value === '' || line.setting.raw.includes('$')) return [];
    if (known.kind === 'switch' && /^(yes|no|true|false|on|off)$/i.test(value) && /^(kern|vfs|vm|hw|net|debug|machdep)\./.test(known.name)) {
      const digit = /^(yes|true|on)$/i.test(value) ? '1' : '0';
      return [
        atValue(project, line, 'warning', 'not-a-number', `The kernel reads ${known.name} as a number and ignores "${value}": write "${digit}".`, {
          fixes: [{ title: `Write "${digit}"`, changes: [{ range: onLine(line.index, line.setting.valueSpan.start, line.setting.valueSpan.end), text: digit }] }],
        }),
      ];
    }
    return [];
  });
