// What a program says of its own work: the file of VARVE_RESULT_FILE, `{"items": 12, "metrics": {"rows.read": 512}}`. Both may be left out. It is
// masked before it is read, so that no secret becomes the name of a metric.
import type { Report, ReportFault } from './protocol.ts';

export const reportLimitBytes = 65_536;
const mostMetrics = 100;
const metricName = /^[a-z][a-z0-9_.]{0,63}$/;

export function parseReport(text: string): Report | ReportFault {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'not_json';
  }
  if (!isObject(value) || Object.keys(value).some((key) => key !== 'items' && key !== 'metrics')) return 'not_in_form';
  const { items = null, metrics = {} } = value;
  if (items !== null && !(Number.isSafeInteger(items) && (items as number) >= 0)) return 'not_in_form';
  if (!isObject(metrics) || Object.keys(metrics).length > mostMetrics) return 'not_in_form';
  for (const [name, number] of Object.entries(metrics)) if (!metricName.test(name) || typeof number !== 'number' || !Number.isFinite(number)) return 'not_in_form';
  return { items: items as number | null, metrics: metrics as Record<string, number> };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
