import { App, Stack } from 'aws-cdk-lib';

// The floor of every synthesis: one empty stack, same loader, same command line.
const app = new App({
  analyticsReporting: false,
  stackTraces: false,
  treeMetadata: false,
  builtinCloudFormationValidation: false,
});
new Stack(app, 'Empty');
app.synth();
