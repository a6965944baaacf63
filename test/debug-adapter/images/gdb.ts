import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gdb, scratch } from './support';

export interface Questions {
  readonly functions?: readonly string[];
  readonly addresses?: readonly string[];
  readonly types?: readonly string[];
  readonly lines?: readonly string[];
  readonly variables?: readonly string[];
  /** Code at which to ask what is in scope (`info scope`). */
  readonly scopes?: readonly string[];
  /** Whether to ask for every struct, union and enum that has a name. */
  readonly allTypes?: boolean;
  /** A relocatable object: where its sections are (`add-symbol-file -s`). */
  readonly sections?: readonly (readonly [name: string, address: string])[];
}

export interface Answers {
  /** Addresses that `break NAME` chose. */
  readonly functions: Record<string, string[]>;
  /** Line, file and the chain of function names, innermost first. */
  readonly addresses: Record<string, { line: number; file: string; chain: string[]; variables: string[] }>;
  readonly types: Record<string, { size: number; fields: [name: string, bit: number, bits: number, size: number][] }>;
  readonly lines: Record<string, string[]>;
  /** Addresses of file-scope variables that have one. */
  readonly variables: Record<string, string>;
  /** What `info scope` prints. */
  readonly scopes: Record<string, string>;
}

const script = `
import gdb, json, os, re
questions = json.load(open(os.environ['QUESTIONS']))
out = {'functions': {}, 'addresses': {}, 'types': {}, 'lines': {}, 'variables': {}, 'scopes': {}}
gdb.execute('set width 0')
gdb.execute('set confirm off')
if 'sections' in questions:
    gdb.execute('add-symbol-file ' + os.environ['IMAGE'] + ''.join(' -s ' + n + ' ' + a for n, a in questions['sections']))
gdb.execute('set breakpoint pending off')
gdb.execute('set language auto')
def places(spec):
    try:
        b = gdb.Breakpoint(spec)
    except gdb.error:
        return []
    found = [hex(l.address) for l in b.locations if l.address is not None]
    b.delete()
    return sorted(set(found))
for f in questions.get('functions', []):
    out['functions'][f] = places(f)
for l in questions.get('lines', []):
    out['lines'][l] = places(l)
for a in questions.get('addresses', []):
    pc = int(a, 16)
    sal = gdb.find_pc_line(pc)
    chain, variables, block = [], [], gdb.block_for_pc(pc)
    inner = True
    while block is not None and not block.is_global and not block.is_static:
        if inner:
            variables += [s.name for s in block if (s.is_variable or s.is_argument)]
        if block.function is not None:
            chain.append(block.function.name)
            inner = False
        block = block.superblock
    out['addresses'][a] = {'line': sal.line, 'file': sal.symtab.filename if sal.symtab else '', 'chain': chain, 'variables': sorted(set(variables))}
for a in questions.get('scopes', []):
    try:
        out['scopes'][a] = gdb.execute('info scope *' + a, to_string=True)
    except gdb.error as e:
        out['scopes'][a] = 'gdb: ' + str(e)
asked = list(questions.get('types', []))
if questions.get('allTypes'):
    listed = gdb.execute('info types', to_string=True)
    found = re.findall(r'^(?:\\d+:)?\\s+((?:struct|union|enum) [^;{]+);$', listed, re.M)
    # Rust's are told by their path alone, as namespaces are.
    found += re.findall(r'^(?:\\d+:)?\\s+((?:[\\w{}#]+::)+[^;]+);?$', listed, re.M)
    asked += sorted(set(found))
for t in asked:
    try:
        ty = gdb.lookup_type(t).strip_typedefs()
        fields = []
        if ty.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            fields = [[f.name or '', f.bitpos, f.bitsize, f.type.sizeof] for f in ty.fields() if hasattr(f, 'bitpos')]
        elif ty.code == gdb.TYPE_CODE_ENUM:
            # gdb puts the path before Rust's.
            fields = [[f.name.rsplit('::', 1)[-1], f.enumval, 0, 0] for f in ty.fields()]
        elif t not in questions.get('types', []):
            continue
        out['types'][t] = {'size': ty.sizeof, 'fields': fields}
    except gdb.error:
        pass
for v in questions.get('variables', []):
    try:
        out['variables'][v] = hex(int(gdb.parse_and_eval('&' + v)))
    except gdb.error:
        pass
json.dump(out, open(os.environ['ANSWERS'], 'w'))
`;

/** Asks gdb about a file, in one run. */
export const askGdb = (image: string, questions: Questions): Answers => {
  if (gdb === undefined) throw new Error('gdb is not installed');
  const directory = scratch();
  const files = { script: path.join(directory, 'ask.py'), questions: path.join(directory, 'questions.json'), answers: path.join(directory, 'answers.json') };
  fs.writeFileSync(files.script, script);
  fs.writeFileSync(files.questions, JSON.stringify(questions));
  execFileSync(gdb, ['-nx', '-batch', '-ex', 'set debuginfod enabled off', ...(questions.sections ? [] : [image]), '-x', files.script], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, IMAGE: image, QUESTIONS: files.questions, ANSWERS: files.answers },
  });
  return JSON.parse(fs.readFileSync(files.answers, 'utf8')) as Answers;
};
