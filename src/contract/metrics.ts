// Numbers and other facts that a plan's programs told of its snapshots, over all of them and between two.
import * as z from 'zod';
import { procedure } from './base.ts';
import { SeenIn } from './history.ts';
import { Count, Name, SnapshotName } from './ids.ts';

/** Texts are cut at 200 characters. */
export const MetricValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);
export type MetricValue = z.infer<typeof MetricValue>;

/** By name; what is nested has its names joined by dots (`scores.test`, `folds.0`). */
export const Metrics = z.record(z.string(), MetricValue);
export type Metrics = z.infer<typeof Metrics>;

export const SnapshotMetrics = z.object({
  in: SeenIn,
  /** null: the snapshot carries none. */
  metrics: Metrics.nullable(),
  /** Why they could not be read. */
  reason: z.string().nullable()
});
export type SnapshotMetrics = z.infer<typeof SnapshotMetrics>;

export const MetricName = z.object({
  name: z.string(),
  /** Every snapshot that has it has a number. */
  numeric: z.boolean(),
  snapshots: Count
});
export type MetricName = z.infer<typeof MetricName>;

export const MetricTable = z.object({
  plan: z.string(),
  /** Oldest first. */
  snapshots: z.array(SnapshotMetrics),
  /** How many there are beyond the limit, older than those listed. */
  olderCount: Count,
  /** Those most snapshots have first; at most 500. */
  names: z.array(MetricName),
  nameCount: Count,
  unreadable: z.array(z.object({ repositoryName: z.string(), id: z.string(), reason: z.string() })),
  absent: z.array(z.string())
});
export type MetricTable = z.infer<typeof MetricTable>;

export const metrics = {
  /** The metrics of all snapshots of a plan (its name or id), the newest `limit` of them. */
  list: procedure.input(z.object({ plan: z.string().min(1).max(200), repository: Name.optional(), limit: z.number().int().min(1).max(5000).default(1000) })).output(MetricTable),
  /** Those of one snapshot. */
  of: procedure.input(z.object({ snapshot: SnapshotName })).output(SnapshotMetrics)
};
