import type { Type } from '../../images/types';
import { strip } from '../../images/types';

/** Class of an eightbyte (psABI x86-64, 3.2.3). */
export type EightbyteClass = 'none' | 'integer' | 'sse' | 'x87';

/** Classes of a type's eightbytes as C passes it; undefined: in memory. */
export const classify = (type: Type): readonly EightbyteClass[] | undefined => {
  const real = strip(type);
  if (real.size > 16) return undefined;
  const classes: EightbyteClass[] = real.size === 0 ? [] : real.size <= 8 ? ['none'] : ['none', 'none'];
  return merge(real, 0, classes, 0) ? classes : undefined;
};

const merge = (type: Type, offset: number, classes: EightbyteClass[], depth: number): boolean => {
  const real = strip(type);
  if (depth > 16) return false;
  switch (real.kind) {
    case 'base': {
      if (real.encoding === 'float' && real.size > 8) return put(classes, 0, 'x87') && put(classes, 1, 'x87');
      // A member that is not aligned puts the whole object into memory.
      if (real.size <= 8 && real.size > 0 && offset % real.size !== 0) return false;
      const which = real.encoding === 'float' ? 'sse' : 'integer';
      for (let at = offset; at < offset + real.size; at += 8) if (!put(classes, Math.floor(at / 8), which)) return false;
      return true;
    }
    case 'pointer':
    case 'enum':
      return put(classes, Math.floor(offset / 8), 'integer');
    case 'array':
      for (let i = 0; i < (real.count ?? 0); i++) if (!merge(real.element, offset + i * real.element.size, classes, depth + 1)) return false;
      return true;
    case 'struct':
      return real.members.every((member) => {
        if (member.bitSize !== undefined) return put(classes, Math.floor((offset * 8 + (member.bitOffset ?? member.offset * 8)) / 64), 'integer');
        return merge(member.type, offset + member.offset, classes, depth + 1);
      });
    default:
      return true;
  }
};

const put = (classes: EightbyteClass[], index: number, which: EightbyteClass): boolean => {
  const old = classes[index];
  if (old === undefined) return false;
  classes[index] = old === 'none' || old === which ? which : old === 'integer' || which === 'integer' ? 'integer' : old;
  return true;
};
