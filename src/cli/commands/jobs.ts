import { type Command, Option } from 'commander';
import { JOB_STATUSES } from '../../contract/job-status.ts';
import { action, type Connect } from '../action.ts';
import { JOB_COLUMNS, jobText } from '../job-text.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';

/** `jobs`, and what concerns one of them. */
export function addJobCommands(program: Command, connect: Connect): void {
  withListOptions(program.command('jobs'))
    .description('list jobs, newest first')
    .option('--page <page>', 'of this page')
    .addOption(new Option('--status <status>', 'in this state').choices(JOB_STATUSES))
    .action(
      action<ListOptions & { page?: string; status?: string }>(
        connect,
        async ({ client, output }, { page, status, ...options }) => {
          const jobs = await readList(options, (query) =>
            client.listJobs({ ...query, pageId: page, status }),
          );
          output.list(jobs, JOB_COLUMNS, 'There are no jobs.');
        },
      ),
    );

  program
    .command('job')
    .description('show a job')
    .argument('<job>', 'its id')
    .action(
      action(connect, async ({ client, output }, _options, job) => {
        output.show(await client.getJob(job), jobText);
      }),
    );

  program
    .command('retry')
    .description('read again the conversations of which a job has set something aside')
    .argument('<job>')
    .action(
      action(connect, async ({ client, output }, _options, job) => {
        output.show(await client.retryFailed(job), jobText);
      }),
    );
}
