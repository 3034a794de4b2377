// varve log checkpoint, varve log key show|rotate
import type { Command } from 'commander';
import { examples, type Host } from './command.ts';
import { writeNewFile } from './new-file.ts';

export function addCheckpointCommands(log: Command, host: Host): void {
  const { say } = host.words;
  log
    .command('checkpoint')
    .description(say('logCheckpoint'))
    .option('--out <file>', say('optionCheckpointOut'))
    .addHelpText('after', examples(host.words, ['varve log checkpoint', 'varve log checkpoint --out /media/me/STICK/thesis.checkpoint']))
    .action((options: { out?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const checkpoint = await client.checkpoints.sign({});
        output.document(checkpoint);
        output.note(say('checkpointSigned', { count: checkpoint.size, root: checkpoint.root }));
        if (options.out === undefined) return output.say(checkpoint.note.trimEnd());
        return output.say(say('checkpointWritten', { path: writeNewFile(options.out, checkpoint.note) }));
      })
    );
  const key = log.command('key').description(say('logKey'));
  key
    .command('show')
    .description(say('logKeyShow'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const keys = await client.checkpoints.keys({});
        output.document(keys);
        output.table(
          [say('colKey'), say('colSince'), say('colState')],
          keys.map(({ vkey, since, current }) => [vkey, since === null ? '-' : String(since), current ? say('keyCurrent') : since === null ? say('keyPending') : say('keyEarlier')])
        );
      })
    );
  key
    .command('rotate')
    .description(say('logKeyRotate'))
    .option('--reason <text>', say('optionKeyReason'))
    .addHelpText('after', examples(host.words, ['varve log key rotate --reason "the laptop was stolen"']))
    .action((options: { reason?: string }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const rotated = await client.checkpoints.rotateKey(options);
        output.document(rotated);
        output.say(say('keyRotated', { seq: String(rotated.seq), size: String(rotated.checkpoint.size) }));
        output.say(rotated.vkey);
      })
    );
}
