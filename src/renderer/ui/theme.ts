// Mantine dressed in the console's tokens: one accent, compact controls, muted text that passes AA at small sizes in both schemes.
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const varve: MantineColorsTuple = ['#eaf6f4', '#dcebe8', '#b5dcd7', '#8ccfc6', '#5cc0b5', '#3aa79d', '#1f8780', '#0b6b68', '#095856', '#074644'];

export const theme = createTheme({
  primaryColor: 'varve',
  primaryShade: { light: 7, dark: 4 },
  colors: { varve },
  autoContrast: true,
  luminanceThreshold: 0.3,
  defaultRadius: 7,
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '11.5px', sm: '13.5px', md: '13.5px', lg: '15px', xl: '18px' },
  components: {
    // The variant is said, so that the page's own styles can tell a filled button.
    Button: { defaultProps: { size: 'xs', fz: 13.5, h: 30, variant: 'filled' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs', allowDeselect: false, checkIconPosition: 'right' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Radio: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 250, transitionProps: { duration: 80 }, events: { hover: true, focus: true, touch: true }, withArrow: false } },
    Modal: { defaultProps: { centered: true, transitionProps: { duration: 120, transition: 'fade' }, overlayProps: { backgroundOpacity: 0.35 } } },
    // A header element would be a second banner of the page.
    ModalHeader: { defaultProps: { component: 'div' } },
    Menu: { defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } }
  }
});

const shared = {
  '--mantine-color-body': 'var(--bg)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-hover': 'var(--soft)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-filled-hover': 'var(--accent-hover)',
  '--mantine-primary-color-contrast': 'var(--accent-ink)',
  '--input-bd': 'var(--line-strong)'
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
