// The screens of the rail, in its order.
import { IconBell, IconCalendarClock, IconDatabase, IconHistory, IconHome, IconKey, IconListDetails, IconPackage, IconSettings } from '@tabler/icons-react';
import type { MessageKey } from '../../contract/copy/catalogue.ts';

export const screens: readonly { path: string; key: MessageKey; icon: typeof IconHome }[] = [
  { path: '/', key: 'nav.overview', icon: IconHome },
  { path: '/log', key: 'nav.log', icon: IconListDetails },
  { path: '/snapshots', key: 'nav.snapshots', icon: IconDatabase },
  { path: '/restore', key: 'nav.restore', icon: IconHistory },
  { path: '/packages', key: 'packages.title', icon: IconPackage },
  { path: '/jobs', key: 'nav.jobs', icon: IconCalendarClock },
  { path: '/alerts', key: 'nav.alerts', icon: IconBell },
  { path: '/secrets', key: 'nav.secrets', icon: IconKey },
  { path: '/settings', key: 'nav.settings', icon: IconSettings }
];
