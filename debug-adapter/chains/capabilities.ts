import { isPresent, missingInWords, type Asked } from '../../boot/capabilities';
import type { CapabilitiesAnswer, Known } from '../api';
import { isUnknown } from './unknown';

interface Lists {
  readonly filesystems: Known<readonly string[]>;
  readonly classes: Known<readonly string[]>;
  readonly modules: Known<readonly string[]>;
}

/** What is there beside what is asked for; what cannot be told is neither present nor missing. */
export const capabilitiesAnswer = (lists: Lists, asked: readonly Asked[]): CapabilitiesAnswer => {
  const list = (value: Known<readonly string[]>): readonly string[] | undefined => (isUnknown(value) ? undefined : value);
  const copy = (value: Known<readonly string[]>): Known<string[]> => (isUnknown(value) ? value : [...value]);
  const [filesystems, classes, modules] = [list(lists.filesystems), list(lists.classes), list(lists.modules)];
  const has = { ...(filesystems ? { filesystems } : {}), ...(classes ? { classes } : {}), ...(modules ? { modules } : {}) };
  const judged = asked.map((one) => ({ one, present: isPresent(one, has) }));
  return {
    filesystems: copy(lists.filesystems),
    classes: copy(lists.classes),
    modules: copy(lists.modules),
    asked: judged.flatMap(({ one, present }) => (present === undefined ? [] : [{ ...one, present }])),
    missing: judged.filter(({ present }) => present === false).map(({ one }) => ({ ...one, message: missingInWords(one) })),
  };
};
