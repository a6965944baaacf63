import type { Registers } from '../../machine/registers';
import type { DapVariable } from './containers';

type Register = Registers['all'][number];

/** A register as hexadecimal at its width. */
export const registerText = (value: bigint, bits: number): string => `0x${BigInt.asUintN(bits, value).toString(16).padStart(Math.ceil(bits / 4), '0')}`;

const eflagNames: readonly (readonly [number, string])[] = [
  [0, 'CF'],
  [2, 'PF'],
  [4, 'AF'],
  [6, 'ZF'],
  [7, 'SF'],
  [8, 'TF'],
  [9, 'IF'],
  [10, 'DF'],
  [11, 'OF'],
];

const flags = (value: bigint): string => eflagNames.filter(([bit]) => (value >> BigInt(bit)) & 1n).map(([, name]) => name).join(' ');

export const shownRegister = ({ name, value, bits }: Pick<Register, 'name' | 'value' | 'bits'>): DapVariable => ({
  name,
  value: name === 'eflags' || name === 'rflags' ? `${registerText(value, bits)} [${flags(value)}]` : registerText(value, bits),
  type: `${bits} bit`,
  variablesReference: 0,
  ...(bits === 64 || bits === 32 ? { memoryReference: `0x${value.toString(16)}` } : {}),
});

/** Groups that are shown behind an entry of their own, with the words for it. */
export const registerGroups: readonly (readonly [Register['group'], string])[] = [
  ['segment', 'Segment registers'],
  ['control', 'Control registers'],
  ['float', 'x87 registers'],
  ['vector', 'Vector registers'],
];
