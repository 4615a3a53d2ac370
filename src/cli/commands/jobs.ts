import { type Command, Option } from 'commander';
import { JOB_STATUSES } from '../../contract/job-status.ts';
import { action, type Connect } from '../action.ts';
import { JOB_COLUMNS, jobText } from '../job-text.ts';
import { type ListOptions, readList, withListOptions } from '../lists.ts';
import { reportText } from '../report-text.ts';

interface ReportOptions {
  csv?: true;
  failuresCsv?: true;
  payload?: true;
}

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
    .command('report')
    .description('tell what a job has come to: figures, what was set aside and why')
    .argument('<job>')
    .addOption(new Option('--csv', 'the figures as CSV').conflicts('failuresCsv'))
    .option('--failures-csv', 'what was set aside as CSV, a row an item')
    .option('--payload', 'with --failures-csv: each item as Graph sent it, messages and all')
    .action(
      action<ReportOptions>(connect, async ({ client, output }, { csv, failuresCsv, payload }, job) => {
        if (csv) output.text(await client.jobReportCsv(job));
        else if (failuresCsv) output.text(await client.failuresCsv(job, payload ? { payload } : {}));
        else output.show(await client.getJobReport(job), reportText);
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
