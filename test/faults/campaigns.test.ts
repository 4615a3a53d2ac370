import { describe } from 'vitest';
import { programCampaigns } from './program-campaigns.ts';
import { serverCampaigns } from './server-campaigns.ts';
import { webhookCampaigns } from './webhook-campaigns.ts';

// side by side: most of their time is waiting for what was killed to be missed
describe.concurrent('programs and Graph', programCampaigns);
describe.concurrent('servers', serverCampaigns);
describe.concurrent('webhooks', webhookCampaigns);
