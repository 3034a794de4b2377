// The times of a day that an expression names, in whole seconds since midnight, without a list of them: three fields, each with what comes
// next and what came before every value.
import type { Cron } from '../../../../contract/cron.ts';

interface Field {
  count: number;
  first: number;
  last: number;
  /** By value: the field's value at or after it, -1 for none. */
  atOrAfter: Int8Array;
  atOrBefore: Int8Array;
  /** By value: how many of the field's values are smaller. */
  below: Int8Array;
}

function fieldOf(values: readonly number[], size: number): Field {
  const field: Field = { count: values.length, first: values[0] ?? 0, last: values.at(-1) ?? 0, atOrAfter: new Int8Array(size + 1).fill(-1), atOrBefore: new Int8Array(size + 1).fill(-1), below: new Int8Array(size + 1) };
  for (let value = 0; value < size; value++) {
    field.atOrAfter[value] = values.find((each) => each >= value) ?? -1;
    field.atOrBefore[value] = values.findLast((each) => each <= value) ?? -1;
    field.below[value] = values.filter((each) => each < value).length;
  }
  field.below[size] = values.length;
  return field;
}

export class Times {
  readonly #hours: Field;
  readonly #minutes: Field;
  readonly #seconds: Field;
  /** How many times a day has. */
  readonly count: number;
  readonly first: number;
  readonly last: number;

  constructor({ second, minute, hour }: Cron) {
    this.#hours = fieldOf(hour.values, 24);
    this.#minutes = fieldOf(minute.values, 60);
    this.#seconds = fieldOf(second.values, 60);
    this.count = this.#hours.count * this.#minutes.count * this.#seconds.count;
    this.first = this.#hours.first * 3600 + this.#minutes.first * 60 + this.#seconds.first;
    this.last = this.#hours.last * 3600 + this.#minutes.last * 60 + this.#seconds.last;
  }

  /** The first time at or after this second of the day; -1 when there is none. */
  atOrAfter(second: number): number {
    if (second > this.last) return -1;
    const [h, m, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
    const hour = at(this.#hours.atOrAfter, h);
    if (hour > h) return hour * 3600 + this.#minutes.first * 60 + this.#seconds.first;
    if (hour < 0) return -1;
    const minute = at(this.#minutes.atOrAfter, m);
    if (minute > m) return hour * 3600 + minute * 60 + this.#seconds.first;
    const exact = minute < 0 ? -1 : at(this.#seconds.atOrAfter, s);
    if (exact >= 0) return hour * 3600 + minute * 60 + exact;
    const later = minute < 0 ? -1 : at(this.#minutes.atOrAfter, m + 1);
    if (later >= 0) return hour * 3600 + later * 60 + this.#seconds.first;
    const next = at(this.#hours.atOrAfter, h + 1);
    return next < 0 ? -1 : next * 3600 + this.#minutes.first * 60 + this.#seconds.first;
  }

  /** The last time at or before this second of the day; -1 when there is none. */
  atOrBefore(second: number): number {
    if (second < this.first) return -1;
    const [h, m, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
    const hour = at(this.#hours.atOrBefore, h);
    if (hour < h) return hour < 0 ? -1 : hour * 3600 + this.#minutes.last * 60 + this.#seconds.last;
    const minute = at(this.#minutes.atOrBefore, m);
    if (minute >= 0 && minute < m) return hour * 3600 + minute * 60 + this.#seconds.last;
    const exact = minute < 0 ? -1 : at(this.#seconds.atOrBefore, s);
    if (exact >= 0) return hour * 3600 + minute * 60 + exact;
    const earlier = minute < 1 ? -1 : at(this.#minutes.atOrBefore, m - 1);
    if (earlier >= 0) return hour * 3600 + earlier * 60 + this.#seconds.last;
    const before = h < 1 ? -1 : at(this.#hours.atOrBefore, h - 1);
    return before < 0 ? -1 : before * 3600 + this.#minutes.last * 60 + this.#seconds.last;
  }

  /** How many times lie before this second of the day. */
  below(second: number): number {
    const [h, m, s] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
    const [perHour, perMinute] = [this.#minutes.count * this.#seconds.count, this.#seconds.count];
    const inHour = this.#hours.atOrAfter[h] === h;
    const inMinute = inHour && this.#minutes.atOrAfter[m] === m;
    return at(this.#hours.below, h) * perHour + (inHour ? at(this.#minutes.below, m) * perMinute : 0) + (inMinute ? at(this.#seconds.below, s) : 0);
  }
}

function at(table: Int8Array, value: number): number {
  return table[value] ?? -1;
}
