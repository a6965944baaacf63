import type { Range } from '../findings';
import { codeOf, type Code } from './code';
import { RunAssignment, RunCommand, RunWord, shifted, type Place } from './run-parts';
import type { Assignment, Guard, Script, ShellCommand, Unreached, Word } from './script';
import type { Statement } from './syntax';
import { evaluate, type WordCode } from './words';

/** What a statement did in the run before; it does the same again as long as it reads the same. */
interface Result {
  readonly reads: readonly (readonly [name: string, value: string | undefined])[];
  /** `set -e` was in force. */
  readonly stops: boolean;
  readonly changes: readonly (readonly [name: string, value: string | undefined])[];
  readonly commands: readonly ShellCommand[];
  readonly unreached: readonly Unreached[];
  readonly assignments: readonly Assignment[];
}

const results = new WeakMap<Statement, Result>();

/** Names that a statement may read or give a value, from its text. */
function namesIn(text: string): string[] {
  if (!/[$=]/.test(text)) return [];
  const names = new Set<string>();
  if (text.includes('$((')) for (const [name] of text.matchAll(/\w+/g)) names.add(name);
  else for (const match of text.matchAll(/\$\{?(\w+)|(\w+)\+?=/g)) names.add(match[1] ?? match[2] ?? '');
  return [...names];
}

/** Commands whose effect goes beyond what `Result` holds. */
const wide = new Set(['.', 'source', 'eval', 'shift', 'set', 'read', 'getopts']);

interface Function {
  readonly name: string;
  readonly at: Statement;
  readonly body: readonly Code[];
  called: boolean;
}

/** How a path ends before its code does. */
interface End {
  readonly kind: 'exit' | 'return';
  readonly by: ShellCommand;
}

interface Branch {
  readonly changes: ReadonlyMap<string, string | undefined>;
  readonly end?: End;
}

/** Calls of functions are followed up to so many commands in all. */
const limit = 50_000;

/**
 * Follows a script as sh(1) would run it, all branches of it: functions at their calls, variables as far as they are the
 * same on every path, and paths that end early. What it finds holds on every run, or is marked with its conditions.
 */
export function runScript(statements: readonly Statement[], text: string): Script {
  return new Runner(text).run(statements);
}

class Runner {
  private readonly variables = new Map<string, string | undefined>();
  private readonly undo: { name: string; had: boolean; value: string | undefined }[] = [];
  private readonly functions = new Map<string, Function>();
  private readonly declared: { name: string; readonly range: Range }[] = [];
  private readonly commands: ShellCommand[] = [];
  private readonly unreached: Unreached[] = [];
  private readonly assignments: Assignment[] = [];
  private end: End | undefined;
  private stops: boolean;
  private stopsOnError: boolean;

  constructor(private readonly text: string) {
    this.stops = this.stopsOnError = /^#!.*\s-\w*e/.test(text.slice(0, text.indexOf('\n')));
  }

  run(statements: readonly Statement[]): Script {
    const top = { guards: [], tolerated: false, redirects: [], calls: [] };
    for (const statement of statements) this.statement(statement, { ...top, at: statement });
    // Functions that nothing calls here, as a trap's: they may run at any time.
    for (const one of [...this.functions.values()]) {
      if (one.called) continue;
      this.branch(() => {
        for (const name of [...this.variables.keys()]) this.set(name, undefined);
        this.all(one.body, { ...top, at: one.at, guards: [{ kind: 'function', text: one.name }], inFunction: one.name, calls: [one.name] });
      });
    }
    const { commands } = this;
    let index: Map<string, ShellCommand[]> | undefined;
    return {
      commands,
      unreached: this.unreached,
      named: (name) => {
        if (index === undefined) {
          index = new Map();
          for (const one of commands) {
            const known = index.get(one.name);
            if (known === undefined) index.set(one.name, [one]);
            else known.push(one);
          }
        }
        return index.get(name) ?? [];
      },
      assignments: this.assignments,
      functions: this.declared,
      stopsOnError: this.stopsOnError,
      shebang: this.text.startsWith('#!') ? this.text.slice(2, Math.max(2, this.text.indexOf('\n'))).trim() : '',
    };
  }

  private statement(statement: Statement, place: Place): void {
    const known = results.get(statement);
    if (known !== undefined && this.sameAgain(known)) {
      for (const one of known.commands) this.commands.push(one);
      for (const one of known.unreached) this.unreached.push(one);
      for (const one of known.assignments) this.assignments.push(one);
      for (const [name, value] of known.changes) this.variables.set(name, value);
      return;
    }
    results.delete(statement);
    const code = codeOf(statement.node);
    const simple = this.end === undefined && code.every((one) => one.kind !== 'function');
    const reads = simple ? namesIn(statement.node.text).map((name) => [name, this.variables.get(name)] as const) : [];
    const { stops } = this;
    const [commands, unreached, assignments, declared] = [this.commands.length, this.unreached.length, this.assignments.length, this.declared.length];
    this.undo.length = 0;
    this.all(code, place);
    // What declares a function, deep inside it maybe, or calls one does more than is kept.
    if (!simple || this.end !== undefined || this.declared.length > declared) return;
    const own = this.commands.slice(commands);
    const dead = this.unreached.slice(unreached);
    if (own.some((one) => wide.has(one.name)) || [...own, ...dead.map((one) => one.command)].some((one) => this.functions.has(one.name))) return;
    const changes = [...new Set(this.undo.map((one) => one.name))].map((name) => [name, this.variables.get(name)] as const);
    results.set(statement, { reads, stops, changes, commands: own, unreached: dead, assignments: this.assignments.slice(assignments) });
  }

  private sameAgain(known: Result): boolean {
    if (this.end !== undefined || known.stops !== this.stops) return false;
    for (const [name, value] of known.reads) if (this.variables.get(name) !== value) return false;
    if (this.functions.size > 0) {
      for (const one of known.commands) if (this.functions.has(one.name)) return false;
      for (const one of known.unreached) if (this.functions.has(one.command.name)) return false;
    }
    return true;
  }

  private set(name: string, value: string | undefined): void {
    this.undo.push({ name, had: this.variables.has(name), value: this.variables.get(name) });
    this.variables.set(name, value);
  }

  private forget(): void {
    for (const name of [...this.variables.keys()]) this.set(name, undefined);
  }

  /** Runs a path of its own; what it changes is taken back and told. */
  private branch(run: () => void): Branch {
    const from = this.undo.length;
    const before = this.end;
    run();
    const changes = new Map<string, string | undefined>();
    for (let at = from; at < this.undo.length; at++) {
      const name = this.undo[at]?.name ?? '';
      changes.set(name, this.variables.get(name));
    }
    while (this.undo.length > from) {
      const last = this.undo.pop();
      if (last === undefined) break;
      if (last.had) this.variables.set(last.name, last.value);
      else this.variables.delete(last.name);
    }
    const end = before === undefined ? this.end : undefined;
    this.end = before;
    return { changes, ...(end === undefined ? {} : { end }) };
  }

  /** Goes on after paths that part here; `past` if none of them need be taken. */
  private join(branches: readonly Branch[], past: boolean): void {
    const live: Branch[] = branches.filter((one) => one.end === undefined);
    if (past) live.push({ changes: new Map() });
    if (live.length === 0) {
      this.end ??= branches.find((one) => one.end?.kind === 'return')?.end ?? branches[0]?.end;
      return;
    }
    for (const name of new Set(live.flatMap((one) => [...one.changes.keys()]))) {
      const values = live.map((one) => (one.changes.has(name) ? one.changes.get(name) : this.variables.get(name)));
      this.set(name, values.every((value) => value === values[0]) ? values[0] : undefined);
    }
    // A function may have been left with these values.
    for (const one of branches) if (one.end?.kind === 'return') for (const [name, value] of one.changes) if (value !== this.variables.get(name)) this.set(name, undefined);
  }

  private all(codes: readonly Code[], place: Place): void {
    for (const code of codes) this.one(code, place);
  }

  private one(code: Code, place: Place): void {
    switch (code.kind) {
      case 'command':
        this.all(code.inner, place);
        this.command(code, place);
        return;
      case 'assign': {
        this.all(code.inner, place);
        const value = code.word === undefined ? undefined : evaluate(code.word, this.variables);
        this.set(code.name, value);
        this.assignments.push(new RunAssignment(code, place.at, value));
        return;
      }
      case 'unset':
        for (const name of code.names) this.set(name, undefined);
        return;
      case 'test':
        this.all(code.inner, place);
        return;
      case 'function': {
        const { at } = place;
        this.functions.set(code.name, { name: code.name, at, body: code.body, called: false });
        this.declared.push({ name: code.name, range: shifted(code.range, at.row) });
        return;
      }
      case 'redirected':
        this.all(code.body, { ...place, redirects: [...place.redirects, ...code.redirects] });
        return;
      case 'not':
        this.all(code.body, { ...place, tolerated: true });
        return;
      case 'apart': {
        // A shell of its own: its variables and its end are not ours.
        this.branch(() => this.all(code.body, place));
        return;
      }
      case 'list': {
        this.all(code.left, { ...place, tolerated: true });
        const outcome = this.outcomeOf(code.left);
        if (outcome !== undefined && outcome !== (code.operator === 'and')) return;
        const guards = outcome === undefined ? [...place.guards, { kind: code.operator, text: code.text }] : place.guards;
        const right = this.branch(() => this.all(code.right, { ...place, guards }));
        this.join([right], outcome === undefined);
        return;
      }
      case 'if':
        this.ifElse(code, place);
        return;
      case 'case': {
        this.all(code.inner, place);
        const subject = code.subject === undefined ? undefined : evaluate(code.subject, this.variables);
        const certain = subject === undefined ? -1 : code.items.findIndex((item) => item.patterns.some((pattern) => pattern === '*' || pattern === subject));
        const chosen = certain >= 0 && code.items.slice(0, certain + 1).every((item) => item.patterns.every((pattern) => pattern === '*' || !/[*?[\]$"'\\]/.test(pattern))) ? code.items[certain] : undefined;
        if (chosen !== undefined) {
          this.all(chosen.body, place);
          return;
        }
        const branches = code.items.map((item) => this.branch(() => this.all(item.body, { ...place, guards: [...place.guards, { kind: 'case', text: item.text }] })));
        this.join(branches, !code.items.some((item) => item.patterns.includes('*')));
        return;
      }
      case 'loop': {
        const guards: readonly Guard[] = [...place.guards, { kind: 'loop', text: code.text }];
        for (const name of code.assigned) this.set(name, undefined);
        if (code.variable !== undefined) this.set(code.variable, undefined);
        this.all(code.condition, { ...place, tolerated: true });
        const body = this.branch(() => this.all(code.body, { ...place, guards }));
        this.join([{ changes: body.changes }], true);
        return;
      }
    }
  }

  private ifElse(code: Extract<Code, { kind: 'if' }>, place: Place): void {
    const branches: Branch[] = [];
    const failed: Guard[] = [];
    let past = true;
    for (const { text, condition, body } of code.branches) {
      this.all(condition, { ...place, tolerated: true, guards: [...place.guards, ...failed] });
      const outcome = this.outcomeOf(condition);
      if (outcome === false) continue;
      const guards: readonly Guard[] = outcome === true ? [...place.guards, ...failed] : [...place.guards, ...failed, { kind: 'if', text }];
      branches.push(this.branch(() => this.all(body, { ...place, guards })));
      if (outcome === true) {
        past = false;
        break;
      }
      failed.push({ kind: 'else', text });
    }
    if (past && code.otherwise !== undefined) {
      const { otherwise } = code;
      branches.push(this.branch(() => this.all(otherwise, { ...place, guards: [...place.guards, ...failed] })));
      past = false;
    }
    this.join(branches, past);
  }

  /** Whether a condition is the same on every run. */
  private outcomeOf(codes: readonly Code[]): boolean | undefined {
    const last = codes.at(-1);
    if (last?.kind === 'command') return last.name.literal === 'true' || last.name.literal === ':' ? true : last.name.literal === 'false' ? false : undefined;
    if (last?.kind !== 'test' || last.left === undefined) return undefined;
    const left = evaluate(last.left, this.variables);
    if (left === undefined) return undefined;
    if (last.operator === '-n') return left !== '';
    if (last.operator === '-z') return left === '';
    const right = last.right === undefined ? undefined : evaluate(last.right, this.variables);
    if (right === undefined) return undefined;
    if (last.operator === '=' || last.operator === '==') return /[*?[]/.test(right) ? undefined : left === right;
    if (last.operator === '!=') return /[*?[]/.test(right) ? undefined : left !== right;
    const compare = { '-eq': 0, '-ne': 0, '-lt': -1, '-gt': 1 }[last.operator];
    if (compare === undefined || !/^-?\d+$/.test(left) || !/^-?\d+$/.test(right)) return undefined;
    const sign = Math.sign(Number(left) - Number(right));
    return last.operator === '-ne' ? sign !== 0 : sign === compare;
  }

  private command(code: Extract<Code, { kind: 'command' }>, place: Place): void {
    const { variables } = this;
    const word = (one: WordCode): Word => new RunWord(one, place.at, evaluate(one, variables));
    const program = word(code.name);
    const path = program.value ?? program.text;
    const name = path.slice(path.lastIndexOf('/') + 1);
    const called = path === name ? this.functions.get(name) : undefined;
    const command = new RunCommand(code, place, name, program, code.args.map(word), this.stops && !place.tolerated);
    const runs = this.end === undefined;
    if (this.end === undefined) this.commands.push(command);
    else this.unreached.push({ command, end: this.end.by });
    if (called !== undefined) this.call(called, command, place);
    else if (runs) this.builtIn(command);
  }

  private call(called: Function, command: ShellCommand, place: Place): void {
    called.called = true;
    if (place.calls.includes(called.name) || this.commands.length > limit) return;
    const before = Array.from({ length: 10 }, (_, at) => this.variables.get(String(at)));
    for (let at = 1; at < 10; at++) this.set(String(at), command.args[at - 1] === undefined ? '' : command.args[at - 1]?.value);
    this.all(called.body, { ...place, at: called.at, inFunction: called.name, calls: [...place.calls, called.name] });
    for (let at = 1; at < 10; at++) this.set(String(at), before[at]);
    if (this.end?.kind === 'return') this.end = undefined;
  }

  /** What the shell's own commands do to the run. */
  private builtIn(command: ShellCommand): void {
    switch (command.name) {
      case 'exit':
        this.end ??= { kind: 'exit', by: command };
        return;
      case 'return':
        this.end ??= { kind: 'return', by: command };
        return;
      case 'exec':
        if (command.args.length > 0) this.end ??= { kind: 'exit', by: command };
        return;
      case 'set':
        for (const { text } of command.args) {
          if (/^-[a-zA-Z]*e/.test(text) || text === 'errexit') this.stops = this.stopsOnError = true;
          if (/^\+[a-zA-Z]*e/.test(text)) this.stops = false;
          if (!/^[-+]/.test(text) || text === '--') for (let at = 1; at < 10; at++) this.set(String(at), undefined);
        }
        return;
      case 'read':
      case 'getopts':
        for (const { text } of command.args) this.set(text, undefined);
        return;
      case '.':
      case 'source':
      case 'eval':
        this.forget();
        return;
      case 'shift':
        for (let at = 1; at < 10; at++) this.set(String(at), undefined);
    }
  }
}
