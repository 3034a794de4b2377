// Where the points of a line chart lie. Pure.

export interface ChartPoint {
  /** Milliseconds since 1970. */
  at: number;
  /** null: that snapshot has no number there; the line is broken. */
  value: number | null;
}

export interface Chart {
  /** One path for each unbroken stretch, as the `d` of SVG. */
  lines: string[];
  dots: { x: number; y: number; index: number }[];
  min: number;
  max: number;
}

/** undefined when there is no number at all. Equal values lie in the middle. */
export function drawChart(points: readonly ChartPoint[], width: number, height: number, margin = 4): Chart | undefined {
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return undefined;
  const [min, max] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const [from, to] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const x = (at: number): number => round(to === from ? width / 2 : margin + ((at - from) / (to - from)) * (width - 2 * margin));
  // Divided before subtracting: two numbers near the largest there is differ by more than it.
  const y = (value: number): number => round(max === min ? height / 2 : height - margin - ((value / 2 - min / 2) / (max / 2 - min / 2)) * (height - 2 * margin));
  const chart: Chart = { lines: [], dots: [], min, max };
  let line = '';
  for (const [index, { at, value }] of points.entries()) {
    if (value === null) {
      if (line !== '') chart.lines.push(line);
      line = '';
      continue;
    }
    chart.dots.push({ x: x(at), y: y(value), index });
    line += `${line === '' ? 'M' : 'L'}${x(at)} ${y(value)}`;
  }
  if (line !== '') chart.lines.push(line);
  return chart;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
