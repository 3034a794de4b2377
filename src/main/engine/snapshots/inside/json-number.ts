// Numbers of JSON in one form: `1.0` and `1` are one number; digits beyond what a double holds are kept.

/** Longer ones are compared as they are written. */
const longestNumber = 400;

/** As the value is written shortest where that loses nothing, else as it is. */
export function numberMark(written: string): string {
  if (written.length > longestNumber) return written;
  const short = String(Number(written));
  return short === written || digitsOf(short) === digitsOf(written) ? short : written;
}

/** What a decimal number is, in one form: its digits without zeros at the ends, and where the point stands. */
function digitsOf(number: string): string {
  const [, sign, integer, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [];
  if (integer === undefined) return number;
  const digits = (integer + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? `${sign}0` : `${sign}${trimmed}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length)}`;
}
