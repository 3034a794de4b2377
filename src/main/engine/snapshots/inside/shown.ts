// Texts of rows, cut where they are longer than anybody reads. A pair of surrogates is not cut in two.
export const mostShown = 4000;

/** Collects over several texts of one row whether any was cut. */
export class Cutter {
  cut = false;

  text(text: string): string {
    if (text.length <= mostShown) return text;
    this.cut = true;
    const end = /[\ud800-\udbff]/.test(text[mostShown - 1] as string) ? mostShown - 1 : mostShown;
    return `${text.slice(0, end)}…`;
  }
}
