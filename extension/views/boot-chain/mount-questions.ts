import type { EfiBootEntryAnswer, Known, ResolvedPath } from '../../../debug-adapter/api';
import { words } from '../known';
import { h, type Drawn } from '../drawing/drawn';
import type { Say } from '../drawing/figures';
import { button, note } from './links';
import type { MountGroup } from './mount-model';
import type { Asked } from './state';
import { refused } from './state';

/** Two questions about one path: which mount serves it, and what efibootmgr would make of it. */
export function questions(group: MountGroup | undefined, say: Say): Drawn {
  const process = group?.processes[0];
  const of = process === undefined ? {} : { process };
  const field = (name: 'path' | 'loader', label: string, placeholder: string): Drawn[] => [
    h('label', { for: name }, label),
    h('input', { id: name, name, type: 'text', placeholder, autocomplete: 'off', spellcheck: 'false' }),
  ];
  return h(
    'div',
    { class: 'toolbar questions' },
    h('form', { action: { do: 'resolvePath', ...of } }, ...field('path', say('Resolve path'), '/boot/efi'), h('button', { type: 'submit' }, say('Resolve'))),
    h('form', { action: { do: 'efiBootEntry', ...of } }, ...field('loader', say('What would efibootmgr write for'), '/boot/efi/efi/boot/bootx64.efi'), h('button', { type: 'submit' }, say('Show'))),
  );
}

const served = (answer: Known<ResolvedPath>, say: Say): string =>
  'unknown' in answer ? words(answer) : say('{0} of the {1} mounted on {2} (from {3})', answer.path, answer.mount.fstype, answer.mount.on, answer.mount.from);

const line = (title: string, text: string, kind = ''): Drawn => h('tr', { class: kind }, h('th', { scope: 'row' }, title), h('td', {}, h('code', {}, text)));

/** The answer to one of the questions. */
export function askedAnswer(asked: Asked, say: Say): Drawn {
  const { answer } = asked;
  if (refused(answer)) return note(answer.failed, 'problem');
  if (asked.kind === 'resolvePath' && 'sentence' in answer) {
    return h(
      'section',
      { class: answer.agree ? 'answer agrees' : 'answer differs', 'aria-live': 'polite' },
      h('h3', {}, answer.agree ? say('{0}: kernel and process agree', asked.path) : say('≠ {0}: kernel and process disagree', asked.path)),
      h('table', {}, h('tbody', {}, line(say('For the kernel'), served(answer.kernel, say)), line(answer.processId === undefined ? say('For the process') : say('For {0}', answer.processId), served(answer.process, say)))),
      h('p', {}, answer.sentence),
    );
  }
  if (!('stored' in answer)) return note(say('The answer cannot be shown.'), 'problem');
  return h(
    'section',
    { class: answer.agrees ? 'answer agrees' : 'answer differs', 'aria-live': 'polite' },
    h('h3', {}, answer.agrees ? say('efibootmgr would write the right path') : say('≠ efibootmgr would write a wrong path')),
    h(
      'table',
      {},
      h('tbody', {}, line(say('Stored'), answer.stored === '' ? say('(no file)') : words(answer.stored), answer.agrees ? '' : 'differs'), line(say('Correct'), words(answer.correct)), line(say('Device path'), words(answer.devicePath)), ...(answer.call === undefined ? [] : [line(say('A call that is right'), answer.call)])),
    ),
    h('p', {}, answer.why),
    ...(answer.call === undefined ? [] : [button(say('Copy the call'), { do: 'copy', text: answer.call })]),
    ...bootEntries(answer, say),
  );
}

/** The entries there are, those that start the same file marked. */
function bootEntries({ entries = [], entriesFrom, duplicates = [] }: EfiBootEntryAnswer, say: Say): Drawn[] {
  if (entries.length === 0) return [];
  const remark = (name: string, same: readonly string[]): string => [...(duplicates.includes(name) ? [say('starts this file already')] : []), ...(same.length === 0 ? [] : [say('the same as {0}', same.join(', '))])].join('; ');
  return [
    h('h3', {}, entriesFrom === 'firmware' ? say('Boot entries of the firmware') : say('Boot entries that efibootmgr listed')),
    h('table', {}, h('tbody', {}, ...entries.map(({ name, label, devicePath, same }) => h('tr', { class: duplicates.includes(name) || same.length > 0 ? 'differs' : '' }, h('th', { scope: 'row' }, name), h('td', {}, label), h('td', {}, h('code', {}, devicePath)), h('td', {}, remark(name, same)))))),
  ];
}
