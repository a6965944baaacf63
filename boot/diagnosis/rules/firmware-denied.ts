import type { FailureRule } from '../rule';

export const firmwareDenied: FailureRule = {
  code: 'firmware.boot-option-denied',
  chains: [],
  title: 'the firmware refused boot option {option}: its loader is not signed',
  cause: 'Secure Boot is on, and the loader carries no signature the firmware\'s keys accept.',
  fix: 'use the firmware image without enrolled keys (OVMF_VARS without .ms) or turn Secure Boot off.',
  confidence: 'certain',
  serial: [
    { any: ['BdsDxe: failed to load {option} {where}: Access Denied', 'BdsDxe: failed to start {option} {where}: Access Denied'] },
  ],
  unlessLater: ['BdsDxe: starting Boot'],
  replaces: ['firmware.boot-option-failed'],
  source: 'MdeModulePkg/Universal/BdsDxe/BdsEntry.c',
};
