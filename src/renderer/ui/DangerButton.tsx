// The button that carries out what cannot be undone: red in both schemes, and named after what it does.
import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithoutRef, ReactNode } from 'react';

export function DangerButton(props: ButtonProps & ComponentPropsWithoutRef<'button'>): ReactNode {
  return <Button {...props} data-danger />;
}
