import type { Machine, Vcpu } from '../../machine/machine';

/** Sets a general register by its name in the mode the vCPU is in. QEMU's x86-64 description also serves 32-bit code, under 64-bit names. */
export const writeRegister = async (machine: Machine, vcpu: Vcpu, name: string, value: bigint): Promise<void> => {
  const registers = await machine.registers(vcpu);
  await machine.setRegister(registers.get(name) === undefined && name.startsWith('e') ? `r${name.slice(1)}` : name, value, vcpu);
};
