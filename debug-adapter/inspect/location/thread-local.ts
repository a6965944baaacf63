import type { Image } from '../../images/image';
import { Absent } from './operand';

/**
 * Runtime address of a thread-local variable of the executable itself, whose block ends at the thread pointer (variant II of
 * Drepper, ELF Handling For Thread-Local Storage, 3.4.6; lld ELF/InputSection.cpp getTlsTpOffset). Throws `Absent` for a library's,
 * whose block only the dynamic linker knows, and where the thread pointer is not known.
 */
export const threadLocalAddress = async (image: Image, threadPointer: () => Promise<bigint | undefined>, offset: bigint): Promise<bigint> => {
  const block = image.threadLocal;
  // A shared library has no entry.
  if (!block || image.type === 'rel' || image.entry === 0n) throw new Absent('it is thread-local, and only the dynamic linker knows where a thread keeps the block of a library');
  const pointer = await threadPointer();
  if (pointer === undefined || pointer === 0n) throw new Absent('it is thread-local, and the thread pointer is not known here');
  const alignment = BigInt(Math.max(1, block.alignment));
  const size = BigInt(block.size);
  const padding = BigInt.asUintN(64, -block.address - size) & (alignment - 1n);
  return BigInt.asUintN(image.addressSize * 8, pointer - size - padding + offset);
};
