// Which categories encrypt: `metrics` and `embeddings` always, the others that are open to outside by the person's choice, Varve's own never (they
// hold what erasures, verification and the list rest on). A change is an event; what is recorded already stays as it is.
import type { Category } from '../../../../contract/log.ts';
import { fail } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { categoryRules, type Appended } from '../model.ts';
import { keepEncrypting, type Sealing } from './sealing.ts';

export interface CategoryEncryption {
  category: Category;
  encrypts: boolean;
  /** False: it is so and cannot be changed. */
  changeable: boolean;
}

export interface Encryption {
  list(): CategoryEncryption[];
  /** Throws BAD_INPUT for a category that cannot be changed; when switching on, what keeps the keys from being had. */
  set(category: Category, encrypts: boolean, actor?: string): Promise<CategoryEncryption & { changed: boolean }>;
}

export function createEncryption({ db, keys, append }: Pick<LogContext, 'db' | 'keys' | 'append'>, sealing: Pick<Sealing, 'encrypting'>): Encryption {
  const changeable = (category: Category): boolean => categoryRules[category].open && !categoryRules[category].encrypts;
  return {
    list() {
      const on = sealing.encrypting();
      return (Object.keys(categoryRules) as Category[]).map((category) => ({ category, encrypts: on.has(category), changeable: changeable(category) }));
    },
    async set(category, encrypts, actor) {
      if (!changeable(category)) {
        const reason = categoryRules[category].encrypts ? `"${category}" is always encrypted` : `"${category}" holds what the record itself rests on and is never encrypted`;
        fail('BAD_INPUT', reason, { field: 'category', reason });
      }
      // Whoever cannot open the keys now would lock themselves out of adding to this category.
      if (encrypts) await keys.load();
      if (sealing.encrypting().has(category) === encrypts) return { category, encrypts, changeable: true, changed: false };
      append([{ action: 'log.encryption-changed', category: 'record', payload: { category, encrypts }, ...(actor === undefined ? {} : { actor }) }], (_appended: readonly Appended[]) => {
        const chosen = [...sealing.encrypting()].filter((each) => changeable(each) && each !== category);
        keepEncrypting(db, encrypts ? [...chosen, category] : chosen);
      });
      return { category, encrypts, changeable: true, changed: true };
    }
  };
}
