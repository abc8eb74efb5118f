'use strict';

const vscode = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');
const { settings } = require('./settings');

/** @type {LanguageClient | undefined} */
let client;

function current() {
  return settings(vscode.workspace.getConfiguration('tamis'), vscode.env.language);
}

async function start() {
  const command = vscode.workspace.getConfiguration('tamis').get('path') || 'tamis';
  client = new LanguageClient(
    'tamis',
    'tamis',
    { command, args: ['lsp'] },
    {
      documentSelector: [{ language: 'sieve' }],
      initializationOptions: current(),
      middleware: {
        workspace: {
          // The server asks for the section `tamis`: it gets what is filled in.
          configuration: (params) => params.items.map(() => current()),
        },
      },
    },
  );
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(`tamis: \`${command} lsp\` does not start: ${error}. Set "tamis.path" to the program.`);
  }
}

async function stop() {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

/** @param {vscode.ExtensionContext} context */
exports.activate = async (context) => {
  context.subscriptions.push(
    vscode.commands.registerCommand('tamis.restart', async () => {
      await stop();
      await start();
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('tamis.path')) {
        await stop();
        await start();
      } else if (change.affectsConfiguration('tamis') && client?.isRunning()) {
        await client.sendNotification('workspace/didChangeConfiguration', { settings: { tamis: current() } });
      }
    }),
  );
  await start();
};

exports.deactivate = stop;
