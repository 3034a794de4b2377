// Reasons of copies of what was there before Varve.
import type { Reasons } from './template.ts';

export const legacy: Reasons = {
  'belongs to a copy of a folder; this one holds a crontab only': 'pertence à cópia de uma pasta; esta tem só uma crontab',
  'is not what it was when the copy was made': 'não é o que era quando a cópia foi feita',
  'has a backslash in its name': 'tem uma barra invertida no nome',
  'is a Varve home': 'é uma pasta do Varve',
  'is a Varve home; homes are kept as cold packages': 'é uma pasta do Varve; pastas do Varve são guardadas como pacotes frios',
  'is no file, folder or link': 'não é arquivo, pasta nem atalho',
  'does not read back as it was written': 'não volta na leitura como foi gravado',
  'crontab -l ended with {code}': 'crontab -l terminou com {code}',
  'crontab ended with {code}': 'crontab terminou com {code}',
  'leads out of the copy': 'leva para fora da cópia',
  'is not the manifest of a copy': 'não é o manifesto de uma cópia',
  'is named twice': 'está nomeado duas vezes',
  'must be a whole path, from the root on': 'precisa ser um caminho inteiro, desde a raiz',
  'lies in the home': 'fica dentro da pasta do Varve',
  'names nothing to copy: a folder, the crontab, or both': 'não diz o que copiar: uma pasta, a crontab ou as duas',
  'leaves nothing to put back': 'não deixa nada para pôr de volta',
  'must lie outside the home, and not hold it': 'precisa ficar fora da pasta do Varve e não a conter',
  'its line is in the crontab again': 'a linha dela está de novo na crontab',
  'must be a day as YYYYMMDD, perhaps with a number': 'precisa ser um dia como AAAAMMDD, talvez com um número'
};
