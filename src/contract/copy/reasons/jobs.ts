// Reasons of jobs: what a definition refuses.
import type { Reasons } from './template.ts';

export const jobs: Reasons = {
  'must be letters, digits and "_", not beginning with a digit': 'precisa ter só letras, algarismos e "_" e não começar com um algarismo',
  'must be lower-case letters, digits, "-", "_" and ".", at most 63': 'precisa ter só letras minúsculas, algarismos, "-", "_" e ".", no máximo 63 caracteres',
  'must begin with http:// or https://': 'precisa começar com http:// ou https://',
  'must begin with http://, https:// or secret:': 'precisa começar com http://, https:// ou secret:',
  'must be HOST:PORT': 'precisa ser HOST:PORTA'
};
