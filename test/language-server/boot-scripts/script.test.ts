import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { diagnoseScript } from '../../../language-server/boot-scripts/diagnose';
import { bootScriptService } from '../../../language-server/boot-scripts/service';
import { runScript } from '../../../language-server/boot-scripts/run';
import { guardText, type Script } from '../../../language-server/boot-scripts/script';
import { Statements } from '../../../language-server/boot-scripts/syntax';
import { parserFor } from '../../../language-server/grammars/load';
import { Trees } from '../../../language-server/grammars/trees';
import { Workspace } from '../../../language-server/workspace/workspace';
import { expectAllInside } from '../inside';
import { MemoryFiles } from '../memory-files';
import { trials } from '../../trials';

describe('a shell script', () => {
  let trees: Trees;
  beforeAll(async () => {
    trees = new Trees(await parserFor('bash'));
  });
  const words = (text: string): (string | undefined)[][] => runScript(new Statements().update(trees.get(text, text), text), text).commands.map((one) => [one.name, ...one.args.map((word) => word.value)]);

  it.each([
    ['a=/x; b="$a/y"; echo ${b} "$a"z \'q q\' a\\ b', ['echo', '/x/y', '/xz', 'q q', 'a b']],
    ['n=3; n=$((n * 2 + (4 - 1) % 2)); echo $n', ['echo', '7']],
    ['x=$(date); echo $x $y', ['date'], ['echo', undefined, undefined]],
    ['if t; then a=1; fi; echo $a', ['t'], ['echo', undefined]],
    ['for i in 1 2; do\n a=$i\ndone\necho $a', ['echo', undefined]],
    ['echo $((1 / 0)) $((x)) ${a:-b}', ['echo', undefined, undefined, undefined]],
  ])('%s', (text, ...expected) => expect(words(text)).toEqual(expected));

  it('knows what may not run, and whose failure is looked at', () => {
    const text = '#!/bin/sh -e\na && b\nc || d\nif e; then f; else g; fi\nwhile h; do i; done\ncase x in y) j;; esac\n! k\nl >/dev/null 2>&1\nm() { n; }\n';
    const { commands, stopsOnError } = runScript(new Statements().update(trees.get('conditions', text), text), text);
    const named = (which: (one: (typeof commands)[number]) => boolean): string => commands.filter(which).map((one) => one.name).join('');
    expect(named((one) => one.conditional)).toBe('bdfgijn');
    expect(named((one) => one.tolerated)).toBe('acehk');
    expect(stopsOnError).toBe(true);
    expect(commands.find((one) => one.name === 'l')?.redirects).toEqual(['>/dev/null', '2>&1']);
  });

  const read = (text: string): Script => runScript(new Statements().update(trees.get(text, text), text), text);
  const commandsOf = (script: Script): string[] => script.commands.map((one) => `${one.name} ${one.args.map((word) => word.value ?? '?').join(' ')}${one.guards.length === 0 ? '' : ` [${one.guards.map(guardText).join(', ')}]`}`.replace(/ +/g, ' ').replace(/ $/, ''));

  it('runs functions where they are called, with their arguments', () => {
    expect(commandsOf(read('attach() {\n  mdconfig -f "$1" -u "$2"\n  last=$2\n}\nattach /a 0\nattach /b 1\nuse md$last\nunused() { never; }\n'))).toEqual(['attach /a 0', 'mdconfig -f /a -u 0', 'attach /b 1', 'mdconfig -f /b -u 1', 'use md1', 'never [only when unused() is called]']);
    expect(commandsOf(read('f() { f; }\nf\ng() { if x; then return; fi; a; }\ng\nb\n'))).toEqual(['f', 'f', 'g', 'x', 'return [if x]', 'a', 'b']);
  });

  it('follows conditions: what is certain, what is not, and what ends a path early', () => {
    expect(commandsOf(read('v=1\nif [ "$v" = 1 ]; then a; else b; fi\nif [ -e /x ]; then c; exit 1; fi\nd\n'))).toEqual(['a', 'c [if [ -e /x ]]', 'exit 1 [if [ -e /x ]]', 'd']);
    expect(commandsOf(read('if x; then v=1; else v=1; fi\na $v\nif x; then v=2; fi\na $v\nif x; then v=3; exit; fi\ncase $v in 3) c;; esac\nfalse && n\ntrue || n\n: && y\n'))).toEqual(['x', 'a 1', 'x', 'a ?', 'x', 'exit [if x]', 'c [case $v in 3]', 'false', 'true', ':', 'y']);
    expect(commandsOf(read('a || { b; exit 1; }\nc\n(exit 1)\nd\nx=1\n(x=2; e $x)\nf $x\n'))).toEqual(['a', 'b [only when a fails]', 'exit 1 [only when a fails]', 'c', 'exit 1', 'd', 'e 2', 'f 1']);
    expect(read('set -e\na\nset +e\nb\n').commands.map((one) => one.stops)).toEqual([false, true, true, false]);
  });

  it('keeps what no run comes to apart', () => {
    const script = read('a\nexec b\nc\n');
    expect(commandsOf(script)).toEqual(['a', 'exec b']);
    expect(script.unreached.map((one) => [one.end.name, one.command.name])).toEqual([['exec', 'c']]);
    expect(read('if a; then exit 0; else exit 1; fi\nb\n').unreached).toHaveLength(1);
  });

  it('forgets what a sourced file or a loop may change', () => {
    expect(commandsOf(read('v=1\n. /etc/x\na $v\nv=2\nwhile b; do c $v; v=3; done\nd $v\n'))).toEqual(['. /etc/x', 'a ?', 'b', 'c ? [in the loop while b]', 'd ?']);
  });

  it('is read in pieces as it is in full', () => {
    const piece = fc.constantFrom('v=1\n', 'v=2; ', 'a $v\n', 'if x; then\n', 'fi\n', 'else\n', 'f() {\n', '}\n', 'f\n', 'exit\n', 'while x; do\n', 'done\n', 'x && ', 'x || ', '"', 'kenv a=$v\n', '# c\n', 'set -e\n', '\n', '  ', '$(b $v) ', 'n=$((v + 1))\n', 'x', '\u{1f600}');
    const some = fc.array(piece, { maxLength: 8 }).map((all) => all.join(''));
    const told = (script: Script): unknown[] => [
      ...[script.commands, script.unreached.map((one) => one.command)].map((list) => list.map((one) => [one.name, one.range, one.stops, one.tolerated, one.guards, one.args.map((word) => [word.value, word.range])])),
      script.assignments.map((one) => [one.name, one.value, one.range]),
    ];
    fc.assert(
      fc.property(some, fc.array(fc.tuple(some, some), { minLength: 1, maxLength: 4 }), some, (head, middles, tail) => {
        const statements = new Statements();
        let script: Script | undefined;
        let text = '';
        trees.delete('in pieces');
        for (const [a, b] of middles) {
          text = head + a + tail + b;
          const { tree, changed } = trees.update('in pieces', text);
          script = runScript(statements.update(tree, text, changed), text);
        }
        const full = read(text);
        trees.delete(text);
        expect(told(script!)).toEqual(told(full));
      }),
      {
        ...trials(400),
        examples: [
          ['x || f() {\nv=1\n}\n', [['', ''], ['', 'v=1\n']], ''],
          ['if x; then\nexit\nset -e\n', [['', ''], ['', 'v=1\n']], 'fi\nset -e\n'],
        ],
      },
    );
  });

  it('may be any text: all that is said of it lies inside', () => {
    const piece = fc.constantFrom('kenv ', '-u ', 'a=b', '"', "'", '$(', ')', '`', '${', '}', '\n', ' | ', '||', '&&', 'if ', 'then\n', 'fi\n', 'exec ', 'reboot -r', 'mdconfig -t vnode -f ', '-u 0', '-s 5b', '/rescue/geom union', 'chroot / ', '<<E\n', 'E\n', '# c\n', 'f() {\n', '}\n', 'kenv vfs.root.mountfrom=ufs:/x\n', 'mount -t tmpfs t /a/b\n', 'mount -t tmpfs t /a\n', '\u{1f600}', '\r', '$((', '))', ';', '\u00e9');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }).map((all) => `#!/rescue/sh\n${all.join('')}`), (text) => {
        const workspace = new Workspace(new MemoryFiles({ '/w/init.sh': text }));
        workspace.shell = trees;
        expectAllInside('/w/init.sh', workspace, diagnoseScript('/w/init.sh', workspace), bootScriptService);
        trees.delete('/w/init.sh');
      }),
      trials(200),
    );
  });
});
