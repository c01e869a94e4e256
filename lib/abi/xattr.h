/* SPDX-License-Identifier: MIT */
/* abi/xattr.h - extended attributes. */
#pragma once

#define XATTR_CREATE   1                /* it must not be there yet */
#define XATTR_REPLACE  2                /* it must be there         */

#define XATTR_NAME_MAX 255              /* bytes of a name          */
#define XATTR_SIZE_MAX 65536            /* bytes of a value         */
#define XATTR_LIST_MAX 65536            /* bytes of all names       */
