import { getMe } from "./access";
import { bindSpace, listBindings, unbindSpace } from "./bindings";
import { cancelCrawl, getCrawl, listCrawls } from "./crawls";
import { getActiveGc, getGcStatus, getRegistryGc, listCollecting, listGcHistory, startGc, undoGc } from "./gc";
import {
  getGcSchedule,
  listGcRegistries,
  removeGcSchedule,
  requestGc,
  setGcEnablement,
  setGcSchedule,
} from "./gc-settings";
import { cancelRun, getRun, listHistory, listRunEvents, listRunFacets, listRuns, watchRun } from "./history";
import { startRecycle, startUntag } from "./image-deletion";
import { getImage, getImageConfig, getImageManifest } from "./image-details";
import { listImageEvents, listImagePulls } from "./image-history";
import { listImages, listRepositories, measureImages } from "./images";
import {
  getLifecycle,
  getSpaceLifecycle,
  previewSpaceLifecycle,
  removeSpaceLifecycle,
  runLifecycle,
  setLifecycle,
  setSpaceLifecycle,
  tryLifecycle,
} from "./lifecycle";
import type { Operation } from "./operation";
import { createPins, deletePin, listPins, updatePin } from "./pins";
import { allowReclaims, getReclaimSwitch, stopAllReclaims } from "./platform";
import { createPlatformRule, deletePlatformRule, getPlatformRules, updatePlatformRule } from "./platform-rules";
import { confirmRun, previewReclaim, startReclaim } from "./reclaim";
import {
  checkBin,
  checkRestore,
  getBinEntry,
  giveUpBinEntry,
  listBinEntries,
  listBinFacets,
  listWorkspaceBinEntries,
  previewRetention,
  retryBinEntry,
  startPurge,
  startRestore,
  summarizeBin,
} from "./recycle-bin";
import {
  attachRegistry,
  checkRegistry,
  detachRegistry,
  listRegistries,
  testRegistry,
  updateRegistry,
} from "./registries";
import { createRules, importRules } from "./rule-import";
import { testRule } from "./rule-tester";
import { createRule, deleteRule, getRule, listRules, updateRule } from "./rules";
import { compareRuns, downloadRunItems, listRunItems, searchRunItems, summarizeRunItems } from "./run-items";
import { watchSpace } from "./space-stream";
import { createSpace, getSpace, listSpaces, removeSpace, syncSpace, updateSpace } from "./spaces";
import { getReclaimableByReason, getSpaceStorage, getWorkspaceStorage } from "./storage";
import { listTagQuotas, setTagQuota } from "./tag-quotas";
import { getWorkspace, listMembers } from "./workspaces";

/** Every operation there is. A route without an entry here does not exist: tests walk this list. */
export const OPERATIONS: readonly Operation[] = [
  getMe,
  getReclaimSwitch,
  stopAllReclaims,
  allowReclaims,
  getWorkspace,
  listMembers,
  getWorkspaceStorage,
  listRegistries,
  testRegistry,
  attachRegistry,
  updateRegistry,
  checkRegistry,
  detachRegistry,
  listSpaces,
  createSpace,
  getSpace,
  updateSpace,
  listBindings,
  bindSpace,
  unbindSpace,
  removeSpace,
  syncSpace,
  listCrawls,
  getCrawl,
  cancelCrawl,
  getSpaceStorage,
  getReclaimableByReason,
  listRepositories,
  listImages,
  measureImages,
  getImage,
  getImageManifest,
  getImageConfig,
  listImageEvents,
  listImagePulls,
  watchSpace,
  startRecycle,
  startUntag,
  listPins,
  createPins,
  updatePin,
  deletePin,
  listRules,
  createRule,
  createRules,
  importRules,
  testRule,
  getRule,
  updateRule,
  deleteRule,
  previewReclaim,
  startReclaim,
  confirmRun,
  listRuns,
  listRunFacets,
  getRun,
  cancelRun,
  watchRun,
  listRunEvents,
  listRunItems,
  summarizeRunItems,
  downloadRunItems,
  compareRuns,
  searchRunItems,
  listHistory,
  listBinEntries,
  listWorkspaceBinEntries,
  summarizeBin,
  listBinFacets,
  previewRetention,
  checkBin,
  retryBinEntry,
  giveUpBinEntry,
  getBinEntry,
  checkRestore,
  startRestore,
  startPurge,
  getGcStatus,
  getRegistryGc,
  getActiveGc,
  listCollecting,
  startGc,
  undoGc,
  listGcHistory,
  requestGc,
  getGcSchedule,
  setGcSchedule,
  removeGcSchedule,
  listGcRegistries,
  setGcEnablement,
  getLifecycle,
  setLifecycle,
  tryLifecycle,
  getSpaceLifecycle,
  setSpaceLifecycle,
  previewSpaceLifecycle,
  removeSpaceLifecycle,
  runLifecycle,
  getPlatformRules,
  createPlatformRule,
  updatePlatformRule,
  deletePlatformRule,
  listTagQuotas,
  setTagQuota,
];
