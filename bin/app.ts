import { App } from 'aws-cdk-lib';
import { ChannelStack } from '../lib/conda-channel.ts';
import { contextSettings } from '../lib/settings.ts';

const app = new App({ analyticsReporting: false });
new ChannelStack(app, 'Gatehouse', { channel: contextSettings(app.node) });
