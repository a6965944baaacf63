import { entries } from './catalogue';

/** 1xx: QEMU and the wires to it (RSP, QMP, serial). */
export const qemuErrors = entries({});
