// States by shape first, colour second: circle with a tick, triangle, broken square, hollow circle.
import type { ReactNode } from 'react';

export type Tone = 'good' | 'attention' | 'bad' | 'unknown' | 'info';

/** Decorative: the word beside it says the same. */
export function Shape({ tone, size = 14 }: { tone: Tone; size?: number }): ReactNode {
  const common = { width: size, height: size, viewBox: '0 0 20 20', 'aria-hidden': true, style: { flex: 'none' } } as const;
  const line = { fill: 'none', strokeWidth: 1.9, strokeLinecap: 'round', strokeLinejoin: 'round' } as const;
  switch (tone) {
    case 'good':
      return (
        <svg {...common} stroke="var(--ok)" {...line}>
          <circle cx="10" cy="10" r="8.4" />
          <path d="M6.2 10.4l2.7 2.6 5-5.4" />
        </svg>
      );
    case 'attention':
      return (
        <svg {...common} stroke="var(--warn)" {...line}>
          <path d="M10 2.6l8 14.2H2z" />
          <path d="M10 8v3.8M10 14.3v.1" />
        </svg>
      );
    case 'bad':
      return (
        <svg {...common} stroke="var(--bad)" {...line}>
          <path d="M3 3h14v14H3z" />
          <path d="M7 7l6 6M13 7l-6 6" />
        </svg>
      );
    case 'info':
      return (
        <svg {...common} stroke="var(--accent)" {...line}>
          <circle cx="10" cy="10" r="8.4" />
          <path d="M10 9.4v4.4M10 6.4v.1" />
        </svg>
      );
    case 'unknown':
      return (
        <svg {...common} stroke="var(--muted)" {...line} strokeDasharray="3.2 3">
          <circle cx="10" cy="10" r="8.4" />
        </svg>
      );
  }
}

export function Brand({ size = 22 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" aria-hidden="true">
      <rect x="3" y="2" width="16" height="3.4" rx="1" fill="var(--k-text)" />
      <rect x="3" y="6.4" width="16" height="2.2" rx="1" fill="var(--k-binary)" />
      <rect x="3" y="9.6" width="16" height="5" rx="1" fill="var(--accent)" />
      <rect x="3" y="15.6" width="16" height="1.6" rx=".8" fill="var(--k-table)" />
      <rect x="3" y="18.2" width="16" height="2.4" rx="1" fill="var(--k-other)" />
    </svg>
  );
}
