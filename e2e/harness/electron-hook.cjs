// Loaded by real Electron before the program (`-r`), in tests only: remembers trays, menus, dialogs and notices, so that a test can read and
// use them. The program itself carries no test code. Dialogs stay open until a test answers; nothing is shown.
const { dialog, Menu, Notification, Tray } = require('electron');

const record = { trays: [], dialogs: [], answers: [], waiting: [], notices: [] };
globalThis.__varveTest = record;

const setContextMenu = Tray.prototype.setContextMenu;
Tray.prototype.setContextMenu = function (menu) {
  const known = record.trays.find((entry) => entry.tray === this);
  if (known) known.menu = menu;
  else record.trays.push({ tray: this, menu });
  return setContextMenu.call(this, menu);
};

function ask(kind) {
  return (...args) => {
    // The first argument may be the window.
    record.dialogs.push({ kind, options: args.at(-1) });
    if (record.answers.length > 0) return Promise.resolve(record.answers.shift());
    return new Promise((resolve) => record.waiting.push(resolve));
  };
}
dialog.showOpenDialog = ask('open');
dialog.showSaveDialog = ask('save');
dialog.showMessageBox = ask('message');

Notification.prototype.show = function () {
  record.notices.push(this);
};

const describe = (menu) => menu?.items.map((item) => ({ id: item.id, label: item.label, enabled: item.enabled, submenu: item.submenu ? describe(item.submenu) : undefined })) ?? [];
const find = (menu, [name, ...rest]) => {
  const item = menu?.items.find((one) => one.id === name || one.label === name);
  if (!item) throw new Error(`no menu item '${name}'`);
  return rest.length > 0 ? find(item.submenu, rest) : item;
};
const choose = (menu, path) => {
  const item = find(menu, path);
  if (!item.enabled) throw new Error(`menu item '${item.label}' is disabled`);
  item.click();
};
record.trayItems = () => describe(record.trays[0]?.menu);
record.chooseInTray = (path) => choose(record.trays[0]?.menu, path);
record.clickTray = () => record.trays[0]?.tray.emit('click');
record.menuItems = () => describe(Menu.getApplicationMenu());
record.chooseInMenu = (path) => choose(Menu.getApplicationMenu(), path);
record.dialogsSeen = () => record.dialogs.map(({ kind, options }) => ({ kind, options: JSON.parse(JSON.stringify(options)) }));
record.answer = (value) => (record.waiting.length > 0 ? record.waiting.shift()(value) : record.answers.push(value));
record.noticesSeen = () => record.notices.map(({ title, body }) => ({ title, body }));
