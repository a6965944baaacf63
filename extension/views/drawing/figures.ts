/** A text for the user with `{0}`, `{1}` filled in; translated where a translation is at hand. */
export type Say = (text: string, ...values: readonly (string | number)[]) => string;

/** Fills in `{0}`, `{1}` as `vscode.l10n.t` does. */
export const fill = (text: string, values: readonly (string | number)[]): string => text.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

/** `842 ms`, `3.71 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Bytes in the largest unit that keeps them exact to a hundredth: `4 MiB`, `1.5 KiB`, `100 bytes`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))} ${units[unit] ?? 'bytes'}`;
}

/** Places for grid lines: at most about `most` of them over `span`, at round figures of the base (10 for time, 2 for bytes). */
export function gridLines(span: number, most: number, base: 2 | 10): number[] {
  if (!(span > 0) || most < 1) return [0];
  const rough = span / most;
  const steps = base === 2 ? [1] : [1, 2, 5];
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const step = steps.map((factor) => factor * power).find((candidate) => candidate >= rough) ?? power * base;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
