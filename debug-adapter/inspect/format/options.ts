/** How one placeholder of a Rust format string is filled in (library/core/src/fmt/mod.rs, FormattingOptions). */
export interface Options {
  readonly fill: string;
  readonly align: 'left' | 'right' | 'center' | undefined;
  readonly plus: boolean;
  /** `#`. */
  readonly alternate: boolean;
  /** `0`: zeros between sign and number. */
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

export const plainOptions: Options = { fill: ' ', align: undefined, plus: false, alternate: false, zero: false, width: 0, precision: undefined };

const alignments = ['left', 'right', 'center', undefined] as const;

/** Options from the flags as FormattingOptions keeps them. */
export const optionsOf = (flags: number, width: number, precision: number): Options => ({
  fill: String.fromCodePoint(flags & 0x1f_ffff || 0x20),
  align: alignments[(flags >>> 29) & 3],
  plus: (flags & (1 << 21)) !== 0,
  alternate: (flags & (1 << 23)) !== 0,
  zero: (flags & (1 << 24)) !== 0,
  width,
  precision: (flags & (1 << 28)) === 0 ? undefined : precision,
});

/** Fills text up to the width. */
export const padded = (text: string, options: Options, otherwise: 'left' | 'right' = 'left'): string => {
  const missing = options.width - [...text].length;
  if (missing <= 0) return text;
  const align = options.align ?? otherwise;
  const before = align === 'left' ? 0 : align === 'right' ? missing : Math.floor(missing / 2);
  return options.fill.repeat(before) + text + options.fill.repeat(missing - before);
};

/** A number of its sign, prefix (`0x`) and digits, as Formatter::pad_integral puts them. */
export const paddedNumber = (negative: boolean, prefix: string, digits: string, options: Options): string => {
  const head = (negative ? '-' : options.plus ? '+' : '') + (options.alternate ? prefix : '');
  if (options.zero) return head + digits.padStart(options.width - head.length, '0');
  return padded(head + digits, options, 'right');
};
