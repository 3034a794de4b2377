// Menus: remembered, not drawn; a test plays the person.
import { EventEmitter } from 'node:events';
import { BrowserWindow } from './browser-window.ts';
import { runningApp } from './host.ts';

export interface MenuItemOptions {
  id?: string;
  label?: string;
  type?: string;
  role?: string;
  enabled?: boolean;
  visible?: boolean;
  checked?: boolean;
  accelerator?: string;
  submenu?: MenuItemOptions[] | Menu;
  click?(item: MenuItem, window: BrowserWindow | undefined, event: object): void;
}

export interface MenuDescription {
  id?: string;
  label: string;
  type: string;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  role?: string;
  submenu?: MenuDescription[];
}

export class MenuItem {
  id: string | undefined;
  type: string;
  label: string;
  role: string | undefined;
  accelerator: string | undefined;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  submenu: Menu | undefined;
  menu: Menu | undefined;
  #onClick: MenuItemOptions['click'];

  constructor(options: MenuItemOptions) {
    this.id = options.id;
    this.type = options.type ?? (options.submenu ? 'submenu' : 'normal');
    this.label = options.label ?? options.role ?? '';
    this.role = options.role;
    this.accelerator = options.accelerator;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.submenu = Array.isArray(options.submenu) ? Menu.buildFromTemplate(options.submenu) : options.submenu;
    this.#onClick = options.click;
  }

  click(): void {
    this.activate();
  }

  /** A person's click: refuses what a person could not click. */
  activate(): void {
    if (!this.enabled || !this.visible) throw new Error(`menu item '${this.label}' is ${this.visible ? 'disabled' : 'hidden'}`);
    if (this.type === 'checkbox') this.checked = !this.checked;
    if (this.type === 'radio') {
      for (const item of this.menu?.items ?? []) if (item.type === 'radio') item.checked = false;
      this.checked = true;
    }
    const window = BrowserWindow.getFocusedWindow() ?? undefined;
    if (this.role === 'quit') runningApp().quit();
    else if (this.role === 'close') window?.close();
    else if (this.role === 'minimize') window?.minimize();
    else this.#onClick?.(this, window, {});
  }
}

export class Menu extends EventEmitter {
  static #application: Menu | null = null;
  items: MenuItem[] = [];

  static buildFromTemplate(template: (MenuItemOptions | MenuItem)[]): Menu {
    const menu = new Menu();
    for (const part of template) menu.append(part instanceof MenuItem ? part : new MenuItem(part));
    return menu;
  }
  static setApplicationMenu(menu: Menu | null): void {
    Menu.#application = menu;
  }
  static getApplicationMenu(): Menu | null {
    return Menu.#application;
  }
  append(item: MenuItem): void {
    item.menu = this;
    this.items.push(item);
  }
  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      const hit = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (hit) return hit;
    }
    return null;
  }
  popup(): void {
    this.emit('menu-will-show');
  }
  closePopup(): void {
    this.emit('menu-will-close');
  }
  /** Test side: labels from the top, for example ['File', 'Quit']; an item may also be named by its id. */
  find([name, ...rest]: string[]): MenuItem {
    const item = this.items.find((one) => one.label === name || one.id === name);
    if (!item) throw new Error(`no menu item '${name}' among: ${this.items.map((one) => one.label || one.type).join(', ')}`);
    if (rest.length === 0) return item;
    if (!item.submenu) throw new Error(`menu item '${name}' has no items below it`);
    return item.submenu.find(rest);
  }
  describe(): MenuDescription[] {
    return this.items.map(({ id, label, type, enabled, visible, checked, role, submenu }) => ({ id, label, type, enabled, visible, checked, role, submenu: submenu?.describe() }));
  }
}
