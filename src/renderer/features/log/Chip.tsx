// A chip that opens what it is chosen from, and says what is chosen.
import { Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import styles from './Log.module.css';

interface ChipProps {
  label: string;
  /** What is chosen, in words; undefined when nothing is. */
  value: string | undefined;
  width?: number;
  children(close: () => void): ReactNode;
  onOpen?(open: boolean): void;
}

export function Chip({ label, value, width = 280, children, onOpen }: ChipProps): ReactNode {
  const [open, setOpen] = useState(false);
  const change = (next: boolean): void => {
    setOpen(next);
    onOpen?.(next);
  };
  return (
    <Popover opened={open} onChange={change} position="bottom-start" width={width} shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <button type="button" className={styles.chip} data-on={value !== undefined || undefined} onClick={() => change(!open)}>
          <span className="ellipsis">{value === undefined ? label : `${label}: ${value}`}</span> <IconChevronDown size={13} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown p={10} aria-label={label}>
        {children(() => change(false))}
      </Popover.Dropdown>
    </Popover>
  );
}
